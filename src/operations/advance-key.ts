/**
 * Counts the training step from which dropout draws its masks, behind the optimizer and held by the same flags: after a
 * step that was not finite the next one is still that step. The host sets the key where it sets anything, between chunks.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, loops, oneKernel, reads, writes } from "./kernel-terms.ts";

/** Contract of `advance-key`; see its equation and tensors. */
export const advanceKey = defineOperation({
  name: "advance-key",
  equation: "key[1] = flags = 0 ? key[1] + 1 : key[1]",
  source: "docs/equations.md",
  tensors: {
    flags: { access: "in", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
    key: { access: "inout", type: "u32", shape: ["2"], about: "seed | training step" },
  },
  extents: [],
  constants: [],
  scalars: [],
  tolerance: { relative: 0, reason: "integer arithmetic only" },
  implementations: oneKernel(
    "single",
    forAllModels({
      file: "advance-key.single",
      bindings: [...reads("flags"), ...writes("key")],
      scalars: [],
      sizes: { WORKGROUP_SIZE: 1 },
      grid: () => [1, 1, 1],
      trips: loops(),
    }),
  ),
});

/**
 * Keeps the states after the last step for the batch that follows. Played with the optimizer and held by the same flags:
 * after a step that was not finite, what is kept stays that of the last good step, as parameters and moments do.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `keep-state`; see its equation and tensors. */
export const keepState = defineOperation({
  name: "keep-state",
  equation: "kept[n] = flags = 0 ? h[hOffset + n] : kept[n]",
  source: "docs/equations.md",
  tensors: {
    h: {
      access: "in",
      type: "f32",
      shape: ["N"],
      about: "states of the forward pass, those to keep at hOffset",
      window: { offset: "hOffset" },
    },
    flags: { access: "in", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
    kept: { access: "inout", type: "f32", shape: ["N"], about: "states for the next batch, B·H of one layer" },
  },
  extents: ["N"],
  constants: ["hOffset"],
  scalars: [],
  tolerance: { relative: 0, reason: "copies and integer arithmetic only" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "keep-state.element",
              bindings: [...reads("h", "flags"), ...writes("kept")],
              scalars: u32("N", "hOffset"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

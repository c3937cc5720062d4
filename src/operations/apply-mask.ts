/**
 * Sets to 0 what a mask leaves out. Pruning plays it on the gradients, so that the norm that clips is that of what still
 * trains, and on the parameters after the optimizer, so that momentum cannot move a pruned weight. A product would leave −0
 * and not a number; a choice leaves 0.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, oneKernel, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `apply-mask`; see its equation and tensors. */
export const applyMask = defineOperation({
  name: "apply-mask",
  equation: "x[p] = mask[p] = 0 ? 0 : x[p]",
  source: "Zhu & Gupta 2018",
  tensors: {
    mask: { access: "in", type: "f32", shape: ["P"], about: "0 where x is set to 0, 1 where it stays" },
    x: { access: "inout", type: "f32", shape: ["P"], about: "flat parameters or gradients" },
  },
  extents: ["P"],
  constants: [],
  scalars: [],
  tolerance: { relative: 1e-7, reason: "copies or zeros; no arithmetic" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "apply-mask.element",
      bindings: [...reads("mask"), ...writes("x")],
      scalars: u32("P"),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["P", 1]),
      trips: loops(),
    }),
  ),
});

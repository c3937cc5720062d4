/**
 * Starts a batch where the one before it ended: carried states become the states before the first step. With resume = 0
 * they are not read and the batch starts from 0, as every evaluation does.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `resume-state`; see its equation and tensors. */
export const resumeState = defineOperation({
  name: "resume-state",
  equation: "h[n] = resume = 1 ? kept[n] : 0",
  source: "docs/equations.md",
  tensors: {
    kept: { access: "in", type: "f32", shape: ["N"], about: "states after an earlier batch, B·H of one layer" },
    h: { access: "inout", type: "f32", shape: ["N"], about: "row 0 of the layer's states; the rest stays" },
  },
  extents: ["N"],
  constants: [],
  scalars: ["resume"],
  tolerance: { relative: 0, reason: "copies and integer arithmetic only" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              scalarsPerModel: true,
              file: "resume-state.element",
              bindings: [...reads("kept"), ...writes("h")],
              scalars: u32("N", "resume"),
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

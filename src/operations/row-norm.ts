/**
 * L2 norm of each row, for gradient-through-time views and verification.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `row-norm`; see its equation and tensors. */
export const rowNorm = defineOperation({
  name: "row-norm",
  equation: "out[n] = √(Σ_j x[xOffset + n·H + j]²)",
  source: "Euclidean norm",
  tensors: {
    x: { access: "in", type: "f32", shape: ["N", "H"], about: "rows from xOffset", window: { offset: "xOffset" } },
    out: { access: "out", type: "f32", shape: ["N"], about: "norms" },
  },
  extents: ["N", "H"],
  constants: ["xOffset"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "row-norm.row",
              bindings: [...reads("x"), ...writes("out")],
              scalars: u32("N", "H", "xOffset"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(["H", 1]),
            }),
          ],
        },
      ],
    },
  },
});

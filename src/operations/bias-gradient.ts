/**
 * Gradient of a bias: column sums of da or dlogits.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `bias-gradient`; see its equation and tensors. */
export const biasGradient = defineOperation({
  name: "bias-gradient",
  equation: "db[outOffset + c] = Σ_n right[rightOffset + n·rightStride + c]",
  source: "docs/equations.md",
  tensors: {
    right: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "da or dlogits",
      window: { offset: "rightOffset", stride: "rightStride" },
    },
    db: {
      access: "inout",
      type: "f32",
      shape: ["C"],
      about: "overwritten at outOffset; the rest stays",
      window: { offset: "outOffset" },
    },
  },
  extents: ["N", "C"],
  constants: ["rightOffset", "rightStride", "outOffset"],
  scalars: [],
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    split: {
      passes: [
        {
          kernels: [
            {
              file: "bias-gradient.split.column",
              bindings: [...reads("right"), ...writes("slabs")],
              scalars: u32("N", "C", "rightOffset", "rightStride"),
              sizes: { WORKGROUP_SIZE: 16, SLAB_ROWS: 512 },
              lib: ["linear-index"],
              grid: invocations(["N", "SLAB_ROWS"], ["C", 1]),
              trips: loops(["SLAB_ROWS", 1]),
            },
            {
              file: "bias-gradient.split.sum",
              bindings: [...reads("slabs"), ...writes("db")],
              scalars: u32("C", "outOffset"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["C", 1]),
              trips: loops(["N", "SLAB_ROWS"]),
            },
          ],
        },
      ],
      scratch: { slabs: elements(["N", "SLAB_ROWS"], ["C", 1]) },
    },
  },
});

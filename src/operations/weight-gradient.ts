/**
 * Gradient of a weight matrix: the sum over all rows of an outer product. Both operands are read inside larger rows (record slots, h), and the
 * result is a column block of a segment; lists the operands by cell and form.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, invocations, loops, products, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `weight-gradient`; see its equation and tensors. */
export const weightGradient = defineOperation({
  name: "weight-gradient",
  equation:
    "dW[outOffset + d·outStride + c] = Σ_n left[leftOffset + n·leftStride + d] · right[rightOffset + n·rightStride + c]",
  source: "docs/equations.md",
  tensors: {
    left: {
      access: "in",
      type: "f32",
      shape: ["N", "D"],
      about: "x, h' or a record slot",
      window: { offset: "leftOffset", stride: "leftStride" },
    },
    right: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "da or dlogits",
      window: { offset: "rightOffset", stride: "rightStride" },
    },
    dW: {
      access: "inout",
      type: "f32",
      shape: ["D", "C"],
      about: "overwritten at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "D", "C"],
  constants: ["leftOffset", "leftStride", "rightOffset", "rightStride", "outOffset", "outStride"],
  scalars: [],
  flops: products("N·D·C"),
  linearIn: "N",
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    split: {
      passes: [
        {
          kernels: [
            {
              file: "weight-gradient.split.product",
              bindings: [...reads("left", "right"), ...writes("slabs")],
              scalars: u32("N", "D", "C", "leftOffset", "leftStride", "rightOffset", "rightStride"),
              sizes: { WORKGROUP_SIZE: 16, SLAB_ROWS: 512 },
              lib: ["linear-index"],
              grid: invocations(["N", "SLAB_ROWS"], ["D", 8], ["C", 8]),
              trips: loops(["SLAB_ROWS", 1], ["8", 1]),
            },
            {
              file: "weight-gradient.split.sum",
              bindings: [...reads("slabs"), ...writes("dW")],
              scalars: u32("D", "C", "outOffset", "outStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["D·C", 1]),
              trips: loops(["N", "SLAB_ROWS"]),
            },
          ],
        },
      ],
      scratch: { slabs: elements(["N", "SLAB_ROWS"], ["D·C", 1]) },
    },
  },
});

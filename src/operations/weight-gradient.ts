/**
 * Gradient of a weight matrix: the sum over all rows of an outer product. Both operands are read inside larger rows (record slots, h), and the
 * result is a column block of a segment; lists the operands by cell and form.
 */
import { defineOperation } from "../core/operation.ts";

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
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {},
});

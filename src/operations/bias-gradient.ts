/**
 * Gradient of a bias: column sums of da or dlogits.
 */
import { defineOperation } from "../core/operation.ts";

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
  implementations: {},
});

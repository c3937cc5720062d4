/**
 * Layer normalisation of each row, with a learned gain and bias. What the way back needs of a row, its mean and 1/σ, is
 * kept beside the output; the normalised row itself is computed again.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `layer-norm-forward`; see its equation and tensors. */
export const layerNormForward = defineOperation({
  name: "layer-norm-forward",
  equation: "y = gain⊙(x−μ)/√(σ²+epsilon) + bias; μ = Σ_c x[c]/C, σ² = Σ_c (x[c]−μ)²/C",
  source: "Ba, Kiros & Hinton 2016; PyTorch's biased variance and place of epsilon",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    gain: { access: "in", type: "f32", shape: ["C"], about: "factor of each column" },
    bias: { access: "in", type: "f32", shape: ["C"], about: "summand of each column" },
    y: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at yOffset with yStride; other columns stay",
      window: { offset: "yOffset", stride: "yStride" },
    },
    statistics: { access: "out", type: "f32", shape: ["N", "2"], about: "μ and 1/√(σ²+epsilon) of each row" },
  },
  extents: ["N", "C"],
  constants: ["xOffset", "xStride", "yOffset", "yStride", "epsilon"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's, divided by a small σ" },
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "layer-norm-forward.row",
              bindings: [...reads("x", "gain", "bias"), ...writes("y", "statistics")],
              scalars: [...u32("N", "C", "xOffset", "xStride", "yOffset", "yStride"), ...f32("epsilon")],
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(["3C", 1]),
            }),
          ],
        },
      ],
    },
  },
});

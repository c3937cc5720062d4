/**
 * Gradients of `layer-norm-forward`: of its rows, and of the gain, a sum over all rows. Both are overwritten. That of the
 * bias is `bias-gradient` of the same rows of dy.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `layer-norm-backward`; see its equation and tensors. */
export const layerNormBackward = defineOperation({
  name: "layer-norm-backward",
  equation: "u = (x−μ)/√(σ²+epsilon), g = dy⊙gain; dx = (g − Σg/C − u Σ(g⊙u)/C)/√(σ²+epsilon); dgain = Σ_n dy⊙u",
  source: "Ba, Kiros & Hinton 2016",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "rows of the forward pass, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    gain: { access: "in", type: "f32", shape: ["C"], about: "factor of each column" },
    statistics: { access: "in", type: "f32", shape: ["N", "2"], about: "μ and 1/√(σ²+epsilon) of each row" },
    dy: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "upstream gradient, at dyOffset with dyStride",
      window: { offset: "dyOffset", stride: "dyStride" },
    },
    dx: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "overwritten rows, at dxOffset with dxStride; other columns stay",
      window: { offset: "dxOffset", stride: "dxStride" },
    },
    dgain: { access: "out", type: "f32", shape: ["C"], about: "overwritten" },
  },
  extents: ["N", "C"],
  constants: ["xOffset", "xStride", "dyOffset", "dyStride", "dxOffset", "dxStride"],
  scalars: [],
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's, divided by a small σ" },
  implementations: {
    split: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "layer-norm-backward.split.row",
              bindings: [...reads("x", "gain", "statistics", "dy"), ...writes("dx")],
              scalars: u32("N", "C", "xOffset", "xStride", "dyOffset", "dyStride", "dxOffset", "dxStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(["2C", 1]),
            }),
            forAllModels({
              file: "layer-norm-backward.split.column",
              bindings: [...reads("x", "statistics", "dy"), ...writes("slabs")],
              scalars: u32("N", "C", "xOffset", "xStride", "dyOffset", "dyStride"),
              sizes: { WORKGROUP_SIZE: 16, SLAB_ROWS: 512 },
              lib: ["linear-index"],
              grid: invocations(["N", "SLAB_ROWS"], ["C", 1]),
              trips: loops(["SLAB_ROWS", 1]),
            }),
            forAllModels({
              file: "layer-norm-backward.split.sum",
              bindings: [...reads("slabs"), ...writes("dgain")],
              scalars: u32("N", "C"),
              sizes: { WORKGROUP_SIZE: 16, SLAB_ROWS: 512 },
              lib: ["linear-index"],
              grid: invocations(["C", 1]),
              trips: loops(["N", "SLAB_ROWS"]),
            }),
          ],
        },
      ],
      scratch: { slabs: elements(["N", "SLAB_ROWS"], ["C", 1]) },
    },
  },
});

/**
 * Gradient of the rows that entered `project-forward`: what a layer or the head hands down. `dx` is usually the dh of the layer below.
 */
import { defineOperation } from "../core/operation.ts";
import { products, reads, u32, writes } from "./kernel-terms.ts";
import { CHUNK_ROWS, fitsShared, type Product, registerPasses, sharedPass } from "./product-tiles.ts";

const product: Product = {
  operation: "input-gradient",
  bindings: [...reads("da", "W"), ...writes("dx")],
  scalars: u32("D", "C", "daOffset", "daStride", "dxOffset", "dxStride"),
  rows: "steps",
  columns: "D",
  terms: ({ C = 0 }) => C,
};

/** Contract of `input-gradient`; see its equation and tensors. */
export const inputGradient = defineOperation({
  name: "input-gradient",
  equation: "dx[dxOffset + n·dxStride + d] = Σ_c da[daOffset + n·daStride + c] · W[d, c]",
  source: "docs/equations.md",
  tensors: {
    da: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "gradient rows, at daOffset with daStride",
      window: { offset: "daOffset", stride: "daStride" },
    },
    W: { access: "in", type: "f32", shape: ["D", "C"], about: "weights" },
    dx: {
      access: "inout",
      type: "f32",
      shape: ["N", "D"],
      about: "overwritten at dxOffset with dxStride; the rest stays",
      window: { offset: "dxOffset", stride: "dxStride" },
    },
  },
  extents: ["N", "D", "C"],
  constants: ["daOffset", "daStride", "dxOffset", "dxStride"],
  scalars: [],
  flops: products("N·D·C"),
  linearIn: "N",
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    register: { passes: registerPasses(product), sizes: CHUNK_ROWS },
    shared: { passes: [sharedPass(product)], sizes: CHUNK_ROWS, feasible: fitsShared, madeFor: "hardware" },
  },
});

/**
 * x W + b for all rows at once: the input projection of a layer (written into the record's first slots) and the dense head. Offsets and
 * strides are constants in elements because activations are read and written inside larger rows.
 */
import { defineOperation } from "../core/operation.ts";
import { products, reads, u32, writes } from "./kernel-terms.ts";
import { CHUNK_ROWS, fitsShared, type Product, registerPasses, sharedPass } from "./product-tiles.ts";

const product: Product = {
  operation: "project-forward",
  bindings: [...reads("x", "W", "b"), ...writes("out")],
  scalars: u32("D", "C", "xOffset", "xStride", "outOffset", "outStride"),
  lib: ["precise-sum"],
  rows: "steps",
  columns: "C",
  terms: ({ D = 0 }) => D,
  precise: true,
};

/** Contract of `project-forward`; see its equation and tensors. */
export const projectForward = defineOperation({
  name: "project-forward",
  equation: "out[outOffset + n·outStride + c] = b[c] + Σ_k x[xOffset + n·xStride + k] · W[k, c]",
  source: "affine map",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["N", "D"],
      about: "rows, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    W: { access: "in", type: "f32", shape: ["D", "C"], about: "weights" },
    b: { access: "in", type: "f32", shape: ["C"], about: "bias" },
    out: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "D", "C"],
  constants: ["xOffset", "xStride", "outOffset", "outStride"],
  scalars: [],
  flops: products("N·D·C"),
  linearIn: "N",
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    register: { passes: registerPasses(product), sizes: CHUNK_ROWS },
    shared: { passes: [sharedPass(product)], sizes: CHUNK_ROWS, feasible: fitsShared, madeFor: "hardware" },
  },
});

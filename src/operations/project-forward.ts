/**
 * x W + b for all rows at once: the input projection of a layer (written into the record's first slots) and the dense head. Offsets and
 * strides are constants in elements because activations are read and written inside larger rows.
 */
import { defineOperation } from "../core/operation.ts";
import { perModel, products, reads, u32, writes } from "./kernel-terms.ts";
import { registerPasses } from "./register-tiles.ts";

const bindings = [...reads("x", "W", "b"), ...writes("out")];

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
    register: {
      passes: registerPasses({
        file: "project-forward.register",
        bindings,
        scalars: [
          ...u32("t", "steps", "D", "C", "xOffset", "xStride", "outOffset", "outStride"),
          ...perModel(bindings),
        ],
        sizes: { WORKGROUP_SIZE: 4 },
        lib: ["precise-sum"],
        rows: "steps",
        columns: "C",
        trips: ({ D = 0 }, _sizes, vectors) => D / 4 + vectors * (D + 3),
        models: true,
      }),
      sizes: { ROWS: 4096 },
    },
  },
});

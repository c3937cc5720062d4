/**
 * Gradient of the rows that entered `project-forward`: what a layer or the head hands down. `dx` is usually the dh of the layer below.
 */
import { defineOperation } from "../core/operation.ts";
import { perModel, products, reads, u32, writes } from "./kernel-terms.ts";
import { registerPasses } from "./register-tiles.ts";

const bindings = [...reads("da", "W"), ...writes("dx")];

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
    register: {
      passes: registerPasses({
        file: "input-gradient.register",
        bindings,
        scalars: [
          ...u32("t", "steps", "D", "C", "daOffset", "daStride", "dxOffset", "dxStride"),
          ...perModel(bindings),
        ],
        sizes: { WORKGROUP_SIZE: 4 },
        lib: [],
        rows: "steps",
        columns: "D",
        trips: ({ C = 0 }, _sizes, vectors) => C / 4 + 2 * vectors,
        models: true,
      }),
      sizes: { ROWS: 4096 },
    },
  },
});

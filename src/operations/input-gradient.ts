/**
 * Gradient of the rows that entered `project-forward`: what a layer or the head hands down. `dx` is usually the dh of the layer below.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, products, reads, u32, writes } from "./kernel-terms.ts";

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
    tile: {
      passes: [
        {
          kernels: [
            {
              file: "input-gradient.tile",
              bindings: [...reads("da", "W"), ...writes("dx")],
              scalars: u32("N", "D", "C", "daOffset", "daStride", "dxOffset", "dxStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 8], ["D", 8]),
              trips: loops(["C", 1], ["8", 1]),
            },
          ],
        },
      ],
    },
  },
});

/**
 * x W + b for all rows at once: the input projection of a layer (written into the record's first slots) and the dense head. Offsets and
 * strides are constants in elements because activations are read and written inside larger rows.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, products, reads, u32, writes } from "./kernel-terms.ts";

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
    tile: {
      passes: [
        {
          kernels: [
            {
              file: "project-forward.tile",
              bindings: [...reads("x", "W", "b"), ...writes("out")],
              scalars: u32("N", "D", "C", "xOffset", "xStride", "outOffset", "outStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "precise-sum"],
              grid: invocations(["N", 8], ["C", 8]),
              trips: loops(["17D", 1], ["8", 1]),
            },
          ],
        },
      ],
    },
  },
});

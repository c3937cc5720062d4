/**
 * Rows times their mask, moved between windows: collects a direction's states as a layer's output, y = mask ⊙ h, and, with
 * x and out exchanged, hands the gradient of that output back to the states, dh = mask ⊙ dy. With rows of one element it
 * is the elementwise product. Rows are overwritten, never added to.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `mask-rows`; see its equation and tensors. */
export const maskRows = defineOperation({
  name: "mask-rows",
  equation: "out[outOffset + n·outStride + c] = m[n] · x[xOffset + n·xStride + c], m[n] = mask[n] or 1 (masked = 0)",
  source: "docs/equations.md",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    mask: { access: "in", type: "f32", shape: ["N"], about: "factor of each row; not read while masked = 0" },
    out: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "C"],
  constants: ["xOffset", "xStride", "outOffset", "outStride", "masked"],
  scalars: [],
  tolerance: { relative: 2e-7, reason: "one rounded product" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "mask-rows.element",
              bindings: [...reads("x", "mask"), ...writes("out")],
              scalars: u32("N", "C", "xOffset", "xStride", "outOffset", "outStride", "masked"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N·C", 1]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

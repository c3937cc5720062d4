/**
 * Adds rows to others, both inside larger rows: where a gradient or a pre-activation comes from two sides, the second
 * side is added by this.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, oneKernel, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["xOffset", "xStride", "outOffset", "outStride"] as const;

/** Contract of `add-rows`; see its equation and tensors. */
export const addRows = defineOperation({
  name: "add-rows",
  equation: "out[outOffset + n·outStride + c] += x[xOffset + n·xStride + c]",
  source: "sum",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    out: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "C"],
  constants: WINDOWS,
  scalars: [],
  tolerance: { relative: 1e-7, reason: "one rounded sum" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "add-rows.element",
      bindings: [...reads("x"), ...writes("out")],
      scalars: u32("N", "C", ...WINDOWS),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["N·C", 1]),
      trips: loops(),
    }),
  ),
});

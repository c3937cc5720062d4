/**
 * Dropout as an elementwise product with a mask that is drawn anew from `key` wherever it is needed and never stored.
 * Applied to a gradient it is its own backward. `variational` 0 draws for every element, `firstStep` being the original
 * number of the first step, so that a sequence in chunks has the masks of the whole; `variational` 1 uses the one mask
 * [B, D] that a recurrent layer applies to h' at every step, drawn as in the cells' operations.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `dropout`; see its equation and tensors. */
export const dropout = defineOperation({
  name: "dropout",
  equation:
    "y[yOffset + (t·B + b)·yStride + d] = x[xOffset + (t·B + b)·xStride + d] ⊙ keep / (1 − rate), keep of element ((firstStep + t)·B + b)·D + d, or b·D + d",
  source: "Srivastava et al. 2014; variational: Gal & Ghahramani 2016",
  tensors: {
    x: {
      access: "in",
      type: "f32",
      shape: ["T·B", "D"],
      about: "rows, at xOffset with xStride",
      window: { offset: "xOffset", stride: "xStride" },
    },
    key: { access: "in", type: "u32", shape: ["2"], about: "seed, training step" },
    y: {
      access: "inout",
      type: "f32",
      shape: ["T·B", "D"],
      about: "rows, at yOffset with yStride; other columns stay",
      window: { offset: "yOffset", stride: "yStride" },
    },
  },
  extents: ["T", "B", "D"],
  constants: ["variational", "firstStep", "site", "rate", "xOffset", "xStride", "yOffset", "yStride"],
  scalars: [],
  tolerance: { relative: 1e-6, reason: "the adapter's division, 2.5 ulp; which elements are kept is exact" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "dropout.element",
              bindings: [...reads("x", "key"), ...writes("y")],
              scalars: [
                ...u32("T", "B", "D", "variational", "firstStep", "site"),
                ...f32("rate"),
                ...u32("xOffset", "xStride", "yOffset", "yStride"),
              ],
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "rng", "dropout"],
              grid: invocations(["T·B·D", 1]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

/** Weights of rows by their class, for losses that should heed rare classes more. The mean then divides by the sum of the weights. */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `class-weight`; see its equation and tensors. */
export const classWeight = defineOperation({
  name: "class-weight",
  equation: "weight[n] = mask[n] · classWeights[target[n]]",
  source: "PyTorch's CrossEntropyLoss(weight)",
  tensors: {
    mask: { access: "in", type: "f32", shape: ["N"], about: "weight before: 1 counts, 0 does not" },
    target: { access: "in", type: "u32", shape: ["N"], about: "class ids, < V" },
    classWeights: { access: "in", type: "f32", shape: ["V"], about: "weight of each class" },
    weight: { access: "out", type: "f32", shape: ["N"], about: "weight of each row" },
  },
  extents: ["N", "V"],
  constants: [],
  scalars: [],
  tolerance: { relative: 1e-6, reason: "one product" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "class-weight.element",
              bindings: [...reads("mask", "target", "classWeights"), ...writes("weight")],
              scalars: u32("N"),
              sizes: { WORKGROUP_SIZE: 64 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: () => 0,
            }),
          ],
        },
      ],
    },
  },
});

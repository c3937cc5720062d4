/**
 * Weights of steps with which every sequence counts alike, however many of its steps are valid: the mean over the valid
 * steps of each sequence, then over the sequences. Step t of sequence b is row t·stepStride + b·rowStride.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `sequence-weight`; see its equation and tensors. */
export const sequenceWeight = defineOperation({
  name: "sequence-weight",
  equation: "weight[t, b] = mask[t, b] / Σ_s mask[s, b], 0 where the sum is 0",
  source: "docs/equations.md, losses",
  tensors: {
    mask: { access: "in", type: "f32", shape: ["T·B"], about: "1 counts, 0 does not" },
    weight: { access: "out", type: "f32", shape: ["T·B"], about: "weight of each row; those of a sequence sum to 1" },
  },
  extents: ["T", "B"],
  constants: ["stepStride", "rowStride"],
  scalars: [],
  tolerance: { relative: 1e-6, reason: "one division" },
  implementations: {
    sequence: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "sequence-weight.sequence",
              bindings: [...reads("mask"), ...writes("weight")],
              scalars: u32("T", "B", "stepStride", "rowStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["B", 1]),
              trips: loops(["T", 1], ["T", 1]),
            }),
          ],
        },
      ],
    },
  },
});

/**
 * Counts the rows that the loss averages over. On the GPU, because a batch's mask is gathered there and never seen by the host.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, loops, oneWorkgroup, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `mask-count`; see its equation and tensors. */
export const maskCount = defineOperation({
  name: "mask-count",
  equation: "count = Σ_n mask[n]",
  source: "docs/equations.md",
  tensors: {
    mask: { access: "in", type: "f32", shape: ["N"], about: "1 counts, 0 does not" },
    count: { access: "out", type: "f32", shape: ["1"], about: "number of rows that count" },
  },
  extents: ["N"],
  constants: [],
  scalars: [],
  tolerance: { relative: 0, reason: "sums of ones are exact below 2^24" },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "mask-count.lanes",
              bindings: [...reads("mask"), ...writes("count")],
              scalars: u32("N"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: [],
              grid: oneWorkgroup,
              trips: loops(["N", "WORKGROUP_SIZE"], ["WORKGROUP_SIZE", 1]),
            }),
          ],
        },
      ],
      hardware: { WORKGROUP_SIZE: 128 },
    },
  },
});

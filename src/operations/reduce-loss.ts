/**
 * The mean loss of a batch from its row losses; a count of 0 gives 0. A sum that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, loops, oneWorkgroup, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `reduce-loss`; see its equation and tensors. */
export const reduceLoss = defineOperation({
  name: "reduce-loss",
  equation: "loss = Σ_n rowLoss[n] / (count · perRow)",
  source: "docs/equations.md, losses",
  tensors: {
    rowLoss: { access: "in", type: "f32", shape: ["N"], about: "unnormalised row losses" },
    count: { access: "in", type: "f32", shape: ["1"], about: "rows that count" },
    loss: { access: "out", type: "f32", shape: ["1"], about: "mean loss" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["N"],
  constants: ["perRow", "flagBit"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "reduce-loss.lanes",
              bindings: [...reads("rowLoss", "count"), ...writes("loss", "flags")],
              scalars: u32("N", "perRow", "flagBit"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["finite"],
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

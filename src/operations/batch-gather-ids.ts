/**
 * The same as `batch-gather` for u32 rows: token ids and class targets. Rows b ≥ `live` become id 0 (masked by the mask batch).
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, perModel, reads, u32, writes } from "./kernel-terms.ts";

const bindings = [...reads("rows", "starts"), ...writes("ids")];

/** Contract of `batch-gather-ids`; see its equation and tensors. */
export const batchGatherIds = defineOperation({
  name: "batch-gather-ids",
  equation: "ids[t,b] = b < live ? rows[starts[slot·B + b] + shift + t] : 0",
  source: "docs/equations.md",
  tensors: {
    rows: { access: "in", type: "u32", shape: ["R"], about: "resident ids" },
    starts: { access: "in", type: "u32", shape: ["K·B"], about: "first row of each window, K batches" },
    ids: { access: "out", type: "u32", shape: ["T", "B"], about: "the batch, time-major" },
  },
  extents: ["T", "B", "R", "K"],
  constants: ["shift"],
  scalars: ["slot", "live"],
  tolerance: { relative: 0, reason: "copies and integer arithmetic only" },
  implementations: {
    block: {
      passes: [
        {
          kernels: [
            {
              file: "batch-gather-ids.block",
              bindings,
              scalars: [...u32("T", "B", "shift", "slot", "live"), ...perModel(bindings)],
              sizes: { WORKGROUP_SIZE: 16, STEPS: 8 },
              lib: ["linear-index"],
              grid: invocations(["T", "STEPS"], ["B", 1]),
              trips: loops(["STEPS", 1]),
            },
          ],
        },
      ],
      hardware: { STEPS: 1 },
    },
  },
});

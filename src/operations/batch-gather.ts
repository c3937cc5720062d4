/**
 * Cuts a batch of windows out of resident f32 rows: inputs, targets and loss masks. Windows are consecutive rows, so a batch is
 * B starts. Rows b ≥ `live` are written as 0, which with the mask makes a short last batch exact.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, perModel, reads, u32, writes } from "./kernel-terms.ts";

const bindings = [...reads("rows", "starts"), ...writes("x")];

/** Contract of `batch-gather`; see its equation and tensors. */
export const batchGather = defineOperation({
  name: "batch-gather",
  equation: "x[t,b,:] = b < live ? rows[starts[slot·B + b] + shift + t, :] : 0",
  source: "docs/equations.md",
  tensors: {
    rows: { access: "in", type: "f32", shape: ["R", "D"], about: "resident data" },
    starts: { access: "in", type: "u32", shape: ["K·B"], about: "first row of each window, K batches" },
    x: { access: "out", type: "f32", shape: ["T", "B", "D"], about: "the batch, time-major" },
  },
  extents: ["T", "B", "D", "R", "K"],
  constants: ["shift"],
  scalars: ["slot", "live"],
  tolerance: { relative: 0, reason: "copies and integer arithmetic only" },
  implementations: {
    block: {
      passes: [
        {
          kernels: [
            {
              file: "batch-gather.block",
              bindings,
              scalars: [...u32("T", "B", "D", "shift", "slot", "live"), ...perModel(bindings)],
              sizes: { WORKGROUP_SIZE: 16, STEPS: 8, COLUMNS: 32 },
              lib: ["linear-index"],
              grid: invocations(["T", "STEPS"], ["B", 1], ["D", "COLUMNS"]),
              trips: loops(["STEPS·COLUMNS", 1], ["STEPS", 1]),
            },
          ],
        },
      ],
      hardware: { STEPS: 1, COLUMNS: 4 },
    },
  },
});

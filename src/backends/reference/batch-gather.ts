/** Twin of `batch-gather`. `slot` picks one of the K batches of `starts`; rows from `live` on are padding. */
import type { batchGather } from "../../operations/batch-gather.ts";
import type { Twin } from "./twin.ts";

/** Windows of resident rows, time-major. */
export const batchGatherTwin: Twin<typeof batchGather> = ({ rows, starts, x }, numbers) => {
  const { T, B, D, shift, slot, live } = numbers;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const xRow = (t * B + b) * D;
      const row = (starts[slot * B + b]! + shift + t) * D;
      for (let d = 0; d < D; d++) x[xRow + d] = b < live ? rows[row + d]! : 0;
    }
  }
};

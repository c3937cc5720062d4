/** Twin of `batch-gather-ids`. `slot` picks one of the K batches of `starts`; rows from `live` on are padding. */
import type { batchGatherIds } from "../../operations/batch-gather-ids.ts";
import type { Twin } from "./twin.ts";

/** Windows of resident ids, time-major. */
export const batchGatherIdsTwin: Twin<typeof batchGatherIds> = ({ rows, starts, ids }, numbers) => {
  const { T, B, shift, slot, live } = numbers;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      ids[t * B + b] = b < live ? rows[starts[slot * B + b]! + shift + t]! : 0;
    }
  }
};

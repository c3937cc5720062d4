/** Twin of `sequence-weight`. */
import type { sequenceWeight } from "../../operations/sequence-weight.ts";
import type { Twin } from "./twin.ts";

/** Each valid step's share of its sequence. */
export const sequenceWeightTwin: Twin<typeof sequenceWeight> = ({ mask, weight }, numbers) => {
  const { T, B, stepStride, rowStride } = numbers;
  for (let b = 0; b < B; b++) {
    let sum = 0;
    for (let t = 0; t < T; t++) sum += mask[t * stepStride + b * rowStride]!;
    for (let t = 0; t < T; t++) {
      const n = t * stepStride + b * rowStride;
      weight[n] = sum === 0 ? 0 : mask[n]! / sum;
    }
  }
};

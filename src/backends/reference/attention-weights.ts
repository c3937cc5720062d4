/** Twin of `attention-weights`. */
import type { attentionWeights } from "../../operations/attention-weights.ts";
import type { Twin } from "./twin.ts";

/** Softmax over the source steps that count. */
export const attentionWeightsTwin: Twin<typeof attentionWeights> = (
  { scores, mask, weights, flags },
  { T, B, S, pairsOffset, masked, flagBit },
) => {
  const counts = (s: number, b: number) => masked === 0 || mask[s * B + b]! !== 0;
  for (let n = 0; n < T * B; n++) {
    const row = pairsOffset + n * S;
    const b = n % B;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < S; s++) {
      if (!counts(s, b)) continue;
      if (!Number.isFinite(scores[row + s]!)) flags[0]! |= flagBit;
      maximum = Math.max(maximum, scores[row + s]!);
    }
    let sum = 0;
    for (let s = 0; s < S; s++) if (counts(s, b)) sum += Math.exp(scores[row + s]! - maximum);
    for (let s = 0; s < S; s++) weights[row + s] = counts(s, b) ? Math.exp(scores[row + s]! - maximum) / sum : 0;
  }
};

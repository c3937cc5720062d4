/** Twin of `attention-score-additive`. */
import type { attentionScoreAdditive } from "../../operations/attention-score-additive.ts";
import type { Twin } from "./twin.ts";

/** v · tanh(query + key) for every pair of decoder step and source step. */
export const attentionScoreAdditiveTwin: Twin<typeof attentionScoreAdditive> = (
  { query, keys, v, scores },
  { T, B, S, D, queryOffset, queryStride, keysOffset, keysStride, pairsOffset },
) => {
  for (let n = 0; n < T * B; n++) {
    const q = queryOffset + n * queryStride;
    for (let s = 0; s < S; s++) {
      const k = keysOffset + (s * B + (n % B)) * keysStride;
      let sum = 0;
      for (let d = 0; d < D; d++) sum += v[d]! * Math.tanh(query[q + d]! + keys[k + d]!);
      scores[pairsOffset + n * S + s] = sum;
    }
  }
};

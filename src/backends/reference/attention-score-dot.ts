/** Twin of `attention-score-dot`. */
import type { attentionScoreDot } from "../../operations/attention-score-dot.ts";
import type { Twin } from "./twin.ts";

/** Scaled dot product of every pair of decoder step and source step. */
export const attentionScoreDotTwin: Twin<typeof attentionScoreDot> = ({ query, keys, scores }, numbers) => {
  const { T, B, S, D, queryOffset, queryStride, keysOffset, keysStride, pairsOffset, scale } = numbers;
  for (let n = 0; n < T * B; n++) {
    const q = queryOffset + n * queryStride;
    for (let s = 0; s < S; s++) {
      const k = keysOffset + (s * B + (n % B)) * keysStride;
      let sum = 0;
      for (let d = 0; d < D; d++) sum += query[q + d]! * keys[k + d]!;
      scores[pairsOffset + n * S + s] = scale * sum;
    }
  }
};

/** Twin of `attention-key-gradient`. */
import type { attentionKeyGradient } from "../../operations/attention-key-gradient.ts";
import type { Twin } from "./twin.ts";

/** What the scores of all decoder steps hand back to a projected source row and, through it, to v. */
export const attentionKeyGradientTwin: Twin<typeof attentionKeyGradient> = (
  { query, keys, v, dscores, dkeys, dvRows },
  { T, B, S, D, queryOffset, queryStride, keysOffset, keysStride, pairsOffset },
) => {
  for (let m = 0; m < S * B; m++) {
    const s = Math.floor(m / B);
    for (let d = 0; d < D; d++) {
      const at = keysOffset + m * keysStride + d;
      let slopes = 0;
      let values = 0;
      for (let t = 0; t < T; t++) {
        const n = t * B + (m % B);
        const u = Math.tanh(query[queryOffset + n * queryStride + d]! + keys[at]!);
        const dscore = dscores[pairsOffset + n * S + s]!;
        slopes += dscore * (1 - u * u);
        values += dscore * u;
      }
      dkeys[at] = v[d]! * slopes;
      dvRows[m * D + d] = values;
    }
  }
};

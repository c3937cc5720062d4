/** Twin of `attention-query-gradient`. */
import type { attentionQueryGradient } from "../../operations/attention-query-gradient.ts";
import type { Twin } from "./twin.ts";

/** What the scores of all source steps hand back to a projected query. */
export const attentionQueryGradientTwin: Twin<typeof attentionQueryGradient> = (
  { query, keys, v, dscores, dquery },
  { T, B, S, D, queryOffset, queryStride, keysOffset, keysStride, pairsOffset },
) => {
  for (let n = 0; n < T * B; n++) {
    for (let d = 0; d < D; d++) {
      const at = queryOffset + n * queryStride + d;
      let sum = 0;
      for (let s = 0; s < S; s++) {
        const u = Math.tanh(query[at]! + keys[keysOffset + (s * B + (n % B)) * keysStride + d]!);
        sum += dscores[pairsOffset + n * S + s]! * (1 - u * u);
      }
      dquery[at] = v[d]! * sum;
    }
  }
};

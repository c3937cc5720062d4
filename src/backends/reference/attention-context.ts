/** Twin of `attention-context`. */
import type { attentionContext } from "../../operations/attention-context.ts";
import type { Twin } from "./twin.ts";

/** Weighted sum of source rows for every decoder step. */
export const attentionContextTwin: Twin<typeof attentionContext> = ({ weights, values, out }, numbers) => {
  const { T, B, S, D, pairsOffset, valuesOffset, valuesStride, outOffset, outStride, scale } = numbers;
  for (let n = 0; n < T * B; n++) {
    for (let d = 0; d < D; d++) {
      let sum = 0;
      for (let s = 0; s < S; s++) {
        sum += weights[pairsOffset + n * S + s]! * values[valuesOffset + (s * B + (n % B)) * valuesStride + d]!;
      }
      out[outOffset + n * outStride + d] = scale * sum;
    }
  }
};

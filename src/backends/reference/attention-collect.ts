/** Twin of `attention-collect`. */
import type { attentionCollect } from "../../operations/attention-collect.ts";
import type { Twin } from "./twin.ts";

/** Weighted sum of decoder rows for every source step. */
export const attentionCollectTwin: Twin<typeof attentionCollect> = ({ weights, rows, out }, numbers) => {
  const { T, B, S, D, pairsOffset, rowsOffset, rowsStride, outOffset, outStride, accumulate, scale } = numbers;
  for (let m = 0; m < S * B; m++) {
    const s = Math.floor(m / B);
    for (let d = 0; d < D; d++) {
      let sum = 0;
      for (let t = 0; t < T; t++) {
        const n = t * B + (m % B);
        sum += weights[pairsOffset + n * S + s]! * rows[rowsOffset + n * rowsStride + d]!;
      }
      const at = outOffset + m * outStride + d;
      out[at] = (accumulate === 1 ? out[at]! : 0) + scale * sum;
    }
  }
};

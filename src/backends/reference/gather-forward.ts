/** Twin of `gather-forward`: what `project-forward` computes for a one-hot row, without the row. */
import type { gatherForward } from "../../operations/gather-forward.ts";
import type { Twin } from "./twin.ts";

/** Rows of W by id, plus b where there is one. */
export const gatherForwardTwin: Twin<typeof gatherForward> = ({ ids, W, b, out }, numbers) => {
  const { N, C, outOffset, outStride, biased } = numbers;
  for (let n = 0; n < N; n++) {
    const wRow = ids[n]! * C;
    const outRow = outOffset + n * outStride;
    for (let c = 0; c < C; c++) out[outRow + c] = (biased === 1 ? b[c]! : 0) + W[wRow + c]!;
  }
};

/** Twin of `softmax-forward`. */
import type { softmaxForward } from "../../operations/softmax-forward.ts";
import type { Twin } from "./twin.ts";

/** Softmax of every row, its maximum subtracted first. */
export const softmaxForwardTwin: Twin<typeof softmaxForward> = ({ a, y, flags }, { N, C, flagBit }) => {
  for (let row = 0; row < N * C; row += C) {
    let maximum = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < C; c++) {
      if (!Number.isFinite(a[row + c])) flags[0]! |= flagBit;
      maximum = Math.max(maximum, a[row + c]!);
    }
    let sum = 0;
    for (let c = 0; c < C; c++) sum += Math.exp(a[row + c]! - maximum);
    for (let c = 0; c < C; c++) y[row + c] = Math.exp(a[row + c]! - maximum) / sum;
  }
};

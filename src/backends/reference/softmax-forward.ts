/** Twin of `softmax-forward`. */
import type { softmaxForward } from "../../operations/softmax-forward.ts";
import type { Twin } from "./twin.ts";

/** Softmax of every row, its maximum subtracted first. */
export const softmaxForwardTwin: Twin<typeof softmaxForward> = ({ logits, out }, { N, V }) => {
  for (let row = 0; row < N * V; row += V) {
    let maximum = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) maximum = Math.max(maximum, logits[row + v]!);
    let sum = 0;
    for (let v = 0; v < V; v++) sum += Math.exp(logits[row + v]! - maximum);
    for (let v = 0; v < V; v++) out[row + v] = Math.exp(logits[row + v]! - maximum) / sum;
  }
};

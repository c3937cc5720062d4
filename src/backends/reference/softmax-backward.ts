/** Twin of `softmax-backward`. */
import type { softmaxBackward } from "../../operations/softmax-backward.ts";
import type { Twin } from "./twin.ts";

/** Gradient of every row's logits. */
export const softmaxBackwardTwin: Twin<typeof softmaxBackward> = ({ y, dy, da }, { N, C }) => {
  for (let row = 0; row < N * C; row += C) {
    let mean = 0; // of dy under y
    for (let c = 0; c < C; c++) mean += dy[row + c]! * y[row + c]!;
    for (let c = 0; c < C; c++) da[row + c] = y[row + c]! * (dy[row + c]! - mean);
  }
};

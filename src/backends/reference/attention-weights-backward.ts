/** Twin of `attention-weights-backward`. */
import type { attentionWeightsBackward } from "../../operations/attention-weights-backward.ts";
import type { Twin } from "./twin.ts";

/** Derivative of softmax, in place. */
export const attentionWeightsBackwardTwin: Twin<typeof attentionWeightsBackward> = (
  { weights, dscores },
  { T, B, S, pairsOffset },
) => {
  for (let row = pairsOffset; row < pairsOffset + T * B * S; row += S) {
    let mean = 0; // of dweights, under the weights
    for (let s = 0; s < S; s++) mean += weights[row + s]! * dscores[row + s]!;
    for (let s = 0; s < S; s++) dscores[row + s] = weights[row + s]! * (dscores[row + s]! - mean);
  }
};

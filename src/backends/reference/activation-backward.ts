/** Twin of `activation-backward`. */
import type { activationBackward } from "../../operations/activation-backward.ts";
import { activationSlope } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** dy times φ', element by element. */
export const activationBackwardTwin: Twin<typeof activationBackward> = ({ y, dy, da }, { N, C, activation }) => {
  for (let i = 0; i < N * C; i++) da[i] = dy[i]! * activationSlope(y[i]!, activation);
};

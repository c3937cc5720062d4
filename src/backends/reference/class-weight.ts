/** Twin of `class-weight`. */
import type { classWeight } from "../../operations/class-weight.ts";
import type { Twin } from "./twin.ts";

/** mask · classWeights[target]. */
export const classWeightTwin: Twin<typeof classWeight> = ({ mask, target, classWeights, weight }, { N }) => {
  for (let n = 0; n < N; n++) weight[n] = mask[n]! * classWeights[target[n]!]!;
};

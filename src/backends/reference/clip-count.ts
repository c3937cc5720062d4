/** Twin of `clip-count`: the comparison that the optimizer twins make, counted. */
import type { clipCount } from "../../operations/clip-count.ts";
import { clipFactor } from "./clip.ts";
import type { Twin } from "./twin.ts";

/** Gradients that are cut off by value at this step; a limit of 0 is off and cuts none. */
export const clipCountTwin: Twin<typeof clipCount> = ({ grads, norm, clipped }, { P, clip, clipValue, slot }) => {
  const factor = clipFactor(norm[0]!, clip);
  let count = 0;
  for (let p = 0; p < P; p++) {
    if (clipValue > 0 && Math.abs(factor * grads[p]!) > clipValue) count++;
  }
  clipped[slot] = count;
};

/** Twin of `gradient-norm`. The test for not finite reads the stored value, so that f32 overflow counts as well. */
import type { gradientNorm } from "../../operations/gradient-norm.ts";
import type { Twin } from "./twin.ts";

/** Global L2 norm before clipping. */
export const gradientNormTwin: Twin<typeof gradientNorm> = ({ grads, norm, flags }, { P, flagBit }) => {
  let sum = 0;
  for (let p = 0; p < P; p++) sum += grads[p]! * grads[p]!;
  norm[0] = Math.sqrt(sum);
  if (!Number.isFinite(norm[0])) flags[0]! |= flagBit;
};

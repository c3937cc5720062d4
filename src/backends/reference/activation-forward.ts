/** Twin of `activation-forward`. */
import type { activationForward } from "../../operations/activation-forward.ts";
import { activate } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** φ of every element. */
export const activationForwardTwin: Twin<typeof activationForward> = ({ a, y, flags }, numbers) => {
  const { N, C, activation, flagBit } = numbers;
  for (let i = 0; i < N * C; i++) {
    if (!Number.isFinite(a[i])) flags[0]! |= flagBit;
    y[i] = activate(a[i]!, activation);
  }
};

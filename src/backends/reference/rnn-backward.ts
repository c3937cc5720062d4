/** Twin of `rnn-backward`: da of all units of a row first, then the product that hands them down to dh[t]. */
import type { rnnBackward } from "../../operations/rnn-backward.ts";
import { activationSlope } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** BPTT over the whole sequence. */
export const rnnBackwardTwin: Twin<typeof rnnBackward> = ({ h, record, U, dh }, numbers) => {
  const { T, B, H, activation, upstream } = numbers;
  for (let t = T - 1; t >= 0; t--) {
    // dh[0] has no upstream: nothing reads the initial state but the first step.
    if (t === 0 || upstream === 0) dh.fill(0, t * B * H, (t + 1) * B * H);
    for (let b = 0; b < B; b++) {
      const old = (t * B + b) * H; // dh[t], and the record's row
      const next = old + B * H;
      for (let j = 0; j < H; j++) record[old + j] = dh[next + j]! * activationSlope(h[next + j]!, activation);
      for (let j = 0; j < H; j++) {
        let carry = 0; // da Uᵀ
        for (let k = 0; k < H; k++) carry += record[old + k]! * U[j * H + k]!;
        dh[old + j]! += carry;
      }
    }
  }
};

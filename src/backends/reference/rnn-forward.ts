/**
 * Twin of `rnn-forward`. A pre-activation is stored in the new state and read back before it is tested, so that an
 * overflow of f32 counts as not finite although the sum is formed in double precision.
 */
import type { rnnForward } from "../../operations/rnn-forward.ts";
import { activate } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** h[1…T]. */
export const rnnForwardTwin: Twin<typeof rnnForward> = ({ h, record, U, bu, flags }, numbers) => {
  const { T, B, H, activation, flagBit } = numbers;
  for (let row = 0; row < T * B; row++) {
    const old = row * H; // h' = h[t], and the record's row
    const next = old + B * H;
    for (let j = 0; j < H; j++) {
      let a = record[old + j]! + bu[j]!;
      for (let k = 0; k < H; k++) a += h[old + k]! * U[k * H + j]!;
      h[next + j] = a;
      if (!Number.isFinite(h[next + j])) flags[0]! |= flagBit;
      h[next + j] = activate(a, activation);
    }
  }
};

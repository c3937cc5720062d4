/**
 * Twin of `lstm-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. A
 * pre-activation is stored and read back before it is tested, so that an overflow of f32 counts as not finite although
 * the sum is formed in double precision.
 */
import type { lstmForward } from "../../operations/lstm-forward.ts";
import { sigmoid } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** Slot of g, the only one bounded by tanh. */
const G = 2;

/** h[1…T], c[1…T] and the record i|f|g|o. */
export const lstmForwardTwin: Twin<typeof lstmForward> = ({ h, c, record, U, bu, flags }, { T, B, H, flagBit }) => {
  for (let row = 0; row < T * B; row++) {
    const old = row * H; // h' = h[t] and c' = c[t]
    const next = old + B * H;
    const i = row * 4 * H; // slot 0; f, g and o follow at H each
    for (let column = 0; column < 4 * H; column++) {
      let a = record[i + column]! + bu[column]!;
      for (let k = 0; k < H; k++) a += h[old + k]! * U[k * 4 * H + column]!;
      record[i + column] = a;
      if (!Number.isFinite(record[i + column])) flags[0]! |= flagBit;
      record[i + column] = Math.floor(column / H) === G ? Math.tanh(a) : sigmoid(a);
    }
    for (let j = 0; j < H; j++) {
      c[next + j] = record[i + H + j]! * c[old + j]! + record[i + j]! * record[i + 2 * H + j]!;
      h[next + j] = record[i + 3 * H + j]! * Math.tanh(c[next + j]!);
    }
  }
};

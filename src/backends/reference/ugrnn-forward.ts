/**
 * Twin of `ugrnn-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. A
 * pre-activation is stored and read back before it is tested, so that an overflow of f32 counts as not finite although
 * the sum is formed in double precision.
 */
import type { ugrnnForward } from "../../operations/ugrnn-forward.ts";
import { sigmoid } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** h[1…T] and the record z|n. */
export const ugrnnForwardTwin: Twin<typeof ugrnnForward> = ({ h, record, U, flags }, { T, B, H, flagBit }) => {
  for (let row = 0; row < T * B; row++) {
    const old = row * H; // h' = h[t]
    const z = row * 2 * H; // slot 0; n follows at H
    for (let c = 0; c < 2 * H; c++) {
      let a = record[z + c]!;
      for (let k = 0; k < H; k++) a += h[old + k]! * U[k * 2 * H + c]!;
      record[z + c] = a;
      if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
      record[z + c] = c < H ? sigmoid(a) : Math.tanh(a);
    }
    for (let j = 0; j < H; j++) {
      const write = record[z + j]!;
      h[old + B * H + j] = (1 - write) * h[old + j]! + write * record[z + H + j]!;
    }
  }
};

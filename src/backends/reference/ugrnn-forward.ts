/**
 * Twin of `ugrnn-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. With dropout
 * the row of the new state first holds h̃', what h' is inside products. A pre-activation is stored and read back before it
 * is tested, so that an overflow of f32 counts as not finite although the sum is formed in double precision.
 */
import type { ugrnnForward } from "../../operations/ugrnn-forward.ts";
import { sigmoid } from "./activations.ts";
import { dropStates } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** h and the record z|n of the steps played. */
export const ugrnnForwardTwin: Twin<typeof ugrnnForward> = (tensors, numbers) => {
  const { h, record, mask } = tensors;
  const { B, H, reverse, masked, dropped, fromStep, toStep } = numbers;
  const direction = toStep < fromStep ? -1 : 1;
  for (let t = fromStep; t !== toStep + direction; t += direction) {
    for (let b = 0; b < B; b++) {
      const old = ((t - 1 + reverse) * B + b) * H; // h' = h[t−1], in reverse h[t]
      const next = ((t - reverse) * B + b) * H;
      const z = ((t - 1) * B + b) * 2 * H; // slot 0; n follows at H
      if (masked === 1 && mask[(t - 1) * B + b] === 0) {
        record.fill(0, z, z + 2 * H);
        h.copyWithin(next, old, old + H);
        continue;
      }
      if (dropped === 1) dropStates(tensors, numbers, { from: old, to: next, unit: b * H });
      computeGates(tensors, numbers, dropped === 1 ? next : old, z);
      for (let j = 0; j < H; j++) {
        const write = record[z + j]!;
        h[next + j] = (1 - write) * h[old + j]! + write * record[z + H + j]!;
      }
    }
  }
};

/** Both slots of one row; h̃' is the row of h from `operand`. */
function computeGates(
  { h, record, U, flags }: TwinTensors<typeof ugrnnForward>,
  { H, flagBit }: TwinNumbers<typeof ugrnnForward>,
  operand: number,
  z: number,
): void {
  for (let c = 0; c < 2 * H; c++) {
    let a = record[z + c]!;
    for (let k = 0; k < H; k++) a += h[operand + k]! * U[k * 2 * H + c]!;
    record[z + c] = a;
    if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
    record[z + c] = c < H ? sigmoid(a) : Math.tanh(a);
  }
}

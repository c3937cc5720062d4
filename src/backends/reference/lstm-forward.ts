/**
 * Twin of `lstm-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. With dropout
 * the row of the new state first holds h̃', what h' is inside products. A pre-activation is stored and read back before it
 * is tested, so that an overflow of f32 counts as not finite although the sum is formed in double precision.
 */
import type { lstmForward } from "../../operations/lstm-forward.ts";
import { sigmoid } from "./activations.ts";
import { dropStates } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** Slot of g, the only one bounded by tanh. */
const G = 2;

/** h, c and the record i|f|g|o of the steps played. */
export const lstmForwardTwin: Twin<typeof lstmForward> = (tensors, numbers) => {
  const { h, c, record, mask } = tensors;
  const { B, H, reverse, masked, dropped, fromStep, toStep } = numbers;
  const direction = toStep < fromStep ? -1 : 1;
  for (let t = fromStep; t !== toStep + direction; t += direction) {
    for (let b = 0; b < B; b++) {
      const old = ((t - 1 + reverse) * B + b) * H; // h' = h[t−1] and c' = c[t−1], in reverse t
      const next = ((t - reverse) * B + b) * H;
      const i = ((t - 1) * B + b) * 4 * H; // slot 0; f, g and o follow at H each
      if (masked === 1 && mask[(t - 1) * B + b] === 0) {
        record.fill(0, i, i + 4 * H);
        h.copyWithin(next, old, old + H);
        c.copyWithin(next, old, old + H);
        continue;
      }
      if (dropped === 1) dropStates(tensors, numbers, { from: old, to: next, unit: b * H });
      computeGates(tensors, numbers, dropped === 1 ? next : old, i);
      for (let j = 0; j < H; j++) {
        c[next + j] = record[i + H + j]! * c[old + j]! + record[i + j]! * record[i + 2 * H + j]!;
        h[next + j] = record[i + 3 * H + j]! * Math.tanh(c[next + j]!);
      }
    }
  }
};

/** All slots of one row; h̃' is the row of h from `operand`. */
function computeGates(
  { h, record, U, bu, flags }: TwinTensors<typeof lstmForward>,
  { H, flagBit }: TwinNumbers<typeof lstmForward>,
  operand: number,
  i: number,
): void {
  for (let column = 0; column < 4 * H; column++) {
    let a = record[i + column]! + bu[column]!;
    for (let k = 0; k < H; k++) a += h[operand + k]! * U[k * 4 * H + column]!;
    record[i + column] = a;
    if (!Number.isFinite(record[i + column])) flags[0]! |= flagBit;
    record[i + column] = Math.floor(column / H) === G ? Math.tanh(a) : sigmoid(a);
  }
}

/**
 * Twin of `ugrnn-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. A
 * pre-activation is stored and read back before it is tested, so that an overflow of f32 counts as not finite although
 * the sum is formed in double precision.
 */
import type { ugrnnForward } from "../../operations/ugrnn-forward.ts";
import { sigmoid } from "./activations.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** h and the record z|n of the steps played. */
export const ugrnnForwardTwin: Twin<typeof ugrnnForward> = (tensors, numbers) => {
  const { fromStep, toStep } = numbers;
  const direction = toStep < fromStep ? -1 : 1;
  for (let t = fromStep; t !== toStep + direction; t += direction) playStep(tensors, numbers, t);
};

function playStep(
  { h, record, U, mask, flags }: TwinTensors<typeof ugrnnForward>,
  { B, H, reverse, masked, flagBit }: TwinNumbers<typeof ugrnnForward>,
  t: number,
): void {
  for (let b = 0; b < B; b++) {
    const old = ((t - 1 + reverse) * B + b) * H; // h' = h[t−1], in reverse h[t]
    const next = ((t - reverse) * B + b) * H;
    const z = ((t - 1) * B + b) * 2 * H; // slot 0; n follows at H
    const left = masked === 1 && mask[(t - 1) * B + b]! === 0;
    for (let c = 0; c < 2 * H; c++) {
      let a = record[z + c]!;
      for (let k = 0; k < H; k++) a += h[old + k]! * U[k * 2 * H + c]!;
      record[z + c] = a;
      if (!left && !Number.isFinite(record[z + c])) flags[0]! |= flagBit;
      record[z + c] = c < H ? sigmoid(a) : Math.tanh(a);
    }
    for (let j = 0; j < H; j++) {
      const write = record[z + j]!;
      h[next + j] = left ? h[old + j]! : (1 - write) * h[old + j]! + write * record[z + H + j]!;
    }
  }
}

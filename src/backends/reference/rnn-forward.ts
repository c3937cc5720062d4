/**
 * Twin of `rnn-forward`. A pre-activation is stored in the new state and read back before it is tested, so that an
 * overflow of f32 counts as not finite although the sum is formed in double precision.
 */
import type { rnnForward } from "../../operations/rnn-forward.ts";
import { activate } from "./activations.ts";
import { stateFactor } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** h of the steps played. */
export const rnnForwardTwin: Twin<typeof rnnForward> = (tensors, numbers) => {
  const { fromStep, toStep } = numbers;
  const direction = toStep < fromStep ? -1 : 1;
  for (let t = fromStep; t !== toStep + direction; t += direction) playStep(tensors, numbers, t);
};

function playStep(tensors: TwinTensors<typeof rnnForward>, numbers: TwinNumbers<typeof rnnForward>, t: number): void {
  const { h, record, U, bu, mask, flags } = tensors;
  const { B, H, activation, reverse, masked, dropped, flagBit } = numbers;
  for (let b = 0; b < B; b++) {
    const old = ((t - 1 + reverse) * B + b) * H; // h' = h[t−1], in reverse h[t]
    const next = ((t - reverse) * B + b) * H;
    const row = ((t - 1) * B + b) * H;
    if (masked === 1 && mask[(t - 1) * B + b] === 0) {
      h.copyWithin(next, old, old + H);
      continue;
    }
    for (let j = 0; j < H; j++) {
      let a = record[row + j]! + bu[j]!;
      for (let k = 0; k < H; k++) {
        const factor = dropped === 1 ? stateFactor(tensors, numbers, b * H + k) : 1;
        a += h[old + k]! * factor * U[k * H + j]!;
      }
      h[next + j] = a;
      if (!Number.isFinite(h[next + j])) flags[0]! |= flagBit;
      h[next + j] = activate(a, activation);
    }
  }
}

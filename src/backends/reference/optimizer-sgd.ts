/** Twin of `optimizer-sgd`. A raised flag leaves everything untouched: the state stays that of the last good step. */
import type { optimizerSgd } from "../../operations/optimizer-sgd.ts";
import { clipFactor } from "./clip.ts";
import type { Twin } from "./twin.ts";

/** One SGD step with optional momentum. */
export const optimizerSgdTwin: Twin<typeof optimizerSgd> = (tensors, numbers) => {
  const { grads, params, state, norm, loss, flags, metrics } = tensors;
  const { P, learningRate, clip, slot, momentum, first } = numbers;
  if (flags[0] !== 0) return;
  const factor = clipFactor(norm[0]!, clip);
  for (let p = 0; p < P; p++) {
    const g = factor * grads[p]!;
    const buffer = first === 1 ? g : momentum * state[p]! + g;
    state[p] = buffer;
    params[p]! -= learningRate * (momentum > 0 ? buffer : g);
  }
  metrics[slot * 4] = loss[0]!;
  metrics[slot * 4 + 1] = norm[0]!;
  metrics[slot * 4 + 2] = factor;
  metrics[slot * 4 + 3] = learningRate;
};

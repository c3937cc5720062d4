/** Twin of `optimizer-adam`. A raised flag leaves everything untouched: the state stays that of the last good step. */
import type { optimizerAdam } from "../../operations/optimizer-adam.ts";
import { clipFactor } from "./clip.ts";
import type { Twin } from "./twin.ts";

/** One Adam step; epsilon is added to the bias-corrected root, as PyTorch does. */
export const optimizerAdamTwin: Twin<typeof optimizerAdam> = (tensors, numbers) => {
  const { grads, params, state, norm, loss, flags, metrics } = tensors;
  const { P, learningRate, clip, slot, beta1, beta2, gain1, gain2, epsilon, correction1, correction2 } = numbers;
  if (flags[0] !== 0) return;
  const factor = clipFactor(norm[0]!, clip);
  for (let p = 0; p < P; p++) {
    const g = factor * grads[p]!;
    const m = beta1 * state[p]! + gain1 * g;
    const v = beta2 * state[P + p]! + gain2 * g * g;
    state[p] = m;
    state[P + p] = v;
    params[p]! -= (learningRate * (m / correction1)) / (Math.sqrt(v / correction2) + epsilon);
  }
  metrics[slot * 4] = loss[0]!;
  metrics[slot * 4 + 1] = norm[0]!;
  metrics[slot * 4 + 2] = factor;
  metrics[slot * 4 + 3] = learningRate;
};

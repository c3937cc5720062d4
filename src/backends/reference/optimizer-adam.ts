/** Twin of `optimizer-adam`. A raised flag leaves everything untouched: the state stays that of the last good step. */
import type { optimizerAdam } from "../../operations/optimizer-adam.ts";
import { clipFactor, clipValue } from "./clip.ts";
import { writeMetrics } from "./optimizer-metrics.ts";
import type { Twin } from "./twin.ts";

/** One step of Adam, AdamW or AMSGrad; epsilon is added to the bias-corrected root, as PyTorch does. */
export const optimizerAdamTwin: Twin<typeof optimizerAdam> = (tensors, numbers) => {
  const { grads, params, state, norm, flags } = tensors;
  const { P, amsgrad, learningRate, l1, l2, decay, beta1, beta2, gain1, gain2, epsilon, correction1, correction2 } =
    numbers;
  if (flags[0] !== 0) return;
  const factor = clipFactor(norm[0]!, numbers.clip);
  for (let p = 0; p < P; p++) {
    const old = params[p]!;
    const g = clipValue(factor * grads[p]!, numbers.clipValue) + l2 * old + l1 * Math.sign(old);
    const m = beta1 * state[p]! + gain1 * g;
    const v = beta2 * state[P + p]! + gain2 * g * g;
    state[p] = m;
    state[P + p] = v;
    let largest = v;
    if (amsgrad === 1) {
      largest = Math.max(state[2 * P + p]!, v);
      state[2 * P + p] = largest;
    }
    const shrunk = old - learningRate * decay * old;
    params[p] = shrunk - (learningRate * (m / correction1)) / (Math.sqrt(largest / correction2) + epsilon);
  }
  writeMetrics(tensors, numbers, factor);
};

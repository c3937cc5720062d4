/** Twin of `optimizer-sgd`. A raised flag leaves everything untouched: the state stays that of the last good step. */
import type { optimizerSgd } from "../../operations/optimizer-sgd.ts";
import { clipFactor, clipValue } from "./clip.ts";
import { writeMetrics } from "./optimizer-metrics.ts";
import type { Twin } from "./twin.ts";

/** One SGD step with optional momentum, plain or Nesterov's. */
export const optimizerSgdTwin: Twin<typeof optimizerSgd> = (tensors, numbers) => {
  const { grads, params, state, norm, flags } = tensors;
  const { P, learningRate, l1, momentum, nesterov, weightDecay, first } = numbers;
  if (flags[0] !== 0) return;
  const factor = clipFactor(norm[0]!, numbers.clip);
  for (let p = 0; p < P; p++) {
    const old = params[p]!;
    const g = clipValue(factor * grads[p]!, numbers.clipValue) + weightDecay * old + l1 * Math.sign(old);
    const buffer = first === 1 ? g : momentum * state[p]! + g;
    state[p] = buffer;
    const ahead = nesterov === 1 ? g + momentum * buffer : buffer;
    params[p] = old - learningRate * (momentum > 0 ? ahead : g);
  }
  writeMetrics(tensors, numbers, factor);
};

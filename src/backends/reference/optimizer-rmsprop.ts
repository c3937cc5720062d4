/** Twin of `optimizer-rmsprop`. A raised flag leaves everything untouched: the state stays that of the last good step. */
import type { optimizerRmsprop } from "../../operations/optimizer-rmsprop.ts";
import { clipFactor, clipValue } from "./clip.ts";
import { writeMetrics } from "./optimizer-metrics.ts";
import type { Twin } from "./twin.ts";

/** One RMSprop step; rounding may leave a centred variance a little below 0, which counts as 0. */
export const optimizerRmspropTwin: Twin<typeof optimizerRmsprop> = (tensors, numbers) => {
  const { grads, params, state, norm, flags } = tensors;
  const { P, meanRow, bufferRow, learningRate, l1, weightDecay, alpha, gain, epsilon, momentum } = numbers;
  if (flags[0] !== 0) return;
  const factor = clipFactor(norm[0]!, numbers.clip);
  for (let p = 0; p < P; p++) {
    const old = params[p]!;
    const g = clipValue(factor * grads[p]!, numbers.clipValue) + weightDecay * old + l1 * Math.sign(old);
    const v = alpha * state[p]! + gain * g * g;
    state[p] = v;
    let variance = v;
    if (meanRow > 0) {
      const mean = alpha * state[meanRow * P + p]! + gain * g;
      state[meanRow * P + p] = mean;
      variance = Math.max(v - mean * mean, 0);
    }
    let move = g / (Math.sqrt(variance) + epsilon);
    if (bufferRow > 0) {
      move += momentum * state[bufferRow * P + p]!;
      state[bufferRow * P + p] = move;
    }
    params[p] = old - learningRate * move;
  }
  writeMetrics(tensors, numbers, factor);
};

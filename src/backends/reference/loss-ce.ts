/** Twin of `loss-ce`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossCe } from "../../operations/loss-ce.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of softmax cross-entropy over class ids. */
export const lossCeTwin: Twin<typeof lossCe> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit, smoothing } = numbers;
  for (let n = 0; n < N; n++) {
    const p = pOffset + n * pStride;
    const d = dOffset + n * dStride;
    const weight = mask[n]!;
    const t = target[n]!;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) {
      const logit = logits[p + v]!;
      if (!Number.isFinite(logit)) flags[0]! |= flagBit;
      maximum = Math.max(maximum, logit);
    }
    let sum = 0;
    for (let v = 0; v < V; v++) sum += Math.exp(logits[p + v]! - maximum);
    let loss = 0;
    for (let v = 0; v < V; v++) {
      const q = smoothing / V + (v === t ? 1 - smoothing : 0);
      loss += q * (Math.log(sum) - (logits[p + v]! - maximum));
      const softmax = Math.exp(logits[p + v]! - maximum) / sum;
      dlogits[d + v] = weight === 0 ? 0 : (weight * (softmax - q)) / count[0]!;
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

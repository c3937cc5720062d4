/** Twin of `loss-ce-soft`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossCeSoft } from "../../operations/loss-ce-soft.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of softmax cross-entropy against distributions. */
export const lossCeSoftTwin: Twin<typeof lossCeSoft> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit } = numbers;
  for (let n = 0; n < N; n++) {
    const p = pOffset + n * pStride;
    const d = dOffset + n * dStride;
    const weight = mask[n]!;
    let total = 0;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) {
      const logit = logits[p + v]!;
      if (!Number.isFinite(logit)) flags[0]! |= flagBit;
      maximum = Math.max(maximum, logit);
    }
    let sum = 0;
    for (let v = 0; v < V; v++) total += target[n * V + v]!;
    for (let v = 0; v < V; v++) sum += Math.exp(logits[p + v]! - maximum);
    let loss = 0;
    for (let v = 0; v < V; v++) {
      loss += target[n * V + v]! * (Math.log(sum) - (logits[p + v]! - maximum));
      const softmax = Math.exp(logits[p + v]! - maximum) / sum;
      dlogits[d + v] = weight === 0 ? 0 : (weight * (softmax * total - target[n * V + v]!)) / count[0]!;
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

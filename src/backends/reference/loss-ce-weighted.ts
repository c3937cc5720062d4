/** Twin of `loss-ce-weighted`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossCeWeighted } from "../../operations/loss-ce-weighted.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of softmax cross-entropy whose classes have weights. */
export const lossCeWeightedTwin: Twin<typeof lossCeWeighted> = (tensors, numbers) => {
  const { logits, target, classWeights, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit, smoothing } = numbers;
  let spread = 0;
  for (let v = 0; v < V; v++) spread += (classWeights[v]! * smoothing) / V;
  for (let n = 0; n < N; n++) {
    const p = pOffset + n * pStride;
    const d = dOffset + n * dStride;
    const weight = mask[n]!;
    const t = target[n]!;
    const total = spread + (1 - smoothing) * classWeights[t]!;
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
      const q = classWeights[v]! * (smoothing / V + (v === t ? 1 - smoothing : 0));
      loss += q * (Math.log(sum) - (logits[p + v]! - maximum));
      const softmax = Math.exp(logits[p + v]! - maximum) / sum;
      dlogits[d + v] = weight === 0 ? 0 : (weight * (softmax * total - q)) / count[0]!;
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

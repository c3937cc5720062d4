/** Twin of `loss-bce-prob`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossBceProb } from "../../operations/loss-bce-prob.ts";
import type { Twin } from "./twin.ts";

/** PyTorch's limits of BCELoss: no logarithm below −100, no divisor of the gradient below 1e-12. */
const LOG_LIMIT = 100;
const SLOPE_LIMIT = 1e-12;

/** Row losses and dlogits of binary cross-entropy of probabilities. */
export const lossBceProbTwin: Twin<typeof lossBceProb> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit } = numbers;
  for (let n = 0; n < N; n++) {
    const weight = mask[n]!;
    let loss = 0;
    for (let v = 0; v < V; v++) {
      const p = logits[pOffset + n * pStride + v]!;
      const t = target[n * V + v]!;
      if (!Number.isFinite(p)) flags[0]! |= flagBit;
      loss -= t * Math.max(Math.log(p), -LOG_LIMIT) + (1 - t) * Math.max(Math.log1p(-p), -LOG_LIMIT);
      const slope = (p - t) / Math.max(p * (1 - p), SLOPE_LIMIT);
      dlogits[dOffset + n * dStride + v] = weight === 0 ? 0 : (weight * slope) / (count[0]! * V);
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

/** Twin of `loss-bce`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossBce } from "../../operations/loss-bce.ts";
import { sigmoid, softplus } from "./activations.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of binary cross-entropy with logits. */
export const lossBceTwin: Twin<typeof lossBce> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit, positiveWeight } = numbers;
  for (let n = 0; n < N; n++) {
    const weight = mask[n]!;
    let loss = 0;
    for (let v = 0; v < V; v++) {
      const p = logits[pOffset + n * pStride + v]!;
      const t = target[n * V + v]!;
      if (!Number.isFinite(p)) flags[0]! |= flagBit;
      loss += positiveWeight * t * softplus(-p) + (1 - t) * softplus(p);
      const slope = sigmoid(p) * (1 - t) - positiveWeight * t * sigmoid(-p);
      dlogits[dOffset + n * dStride + v] = weight === 0 ? 0 : (weight * slope) / (count[0]! * V);
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

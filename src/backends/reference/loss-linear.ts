/** Twin of `loss-linear`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossLinear } from "../../operations/loss-linear.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of L = Σ t⊙p / count. */
export const lossLinearTwin: Twin<typeof lossLinear> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit } = numbers;
  for (let n = 0; n < N; n++) {
    const weight = mask[n]!;
    let loss = 0;
    for (let v = 0; v < V; v++) {
      const p = logits[pOffset + n * pStride + v]!;
      const t = target[n * V + v]!;
      if (!Number.isFinite(p)) flags[0]! |= flagBit;
      loss += t * p;
      dlogits[dOffset + n * dStride + v] = weight === 0 ? 0 : (weight * t) / count[0]!;
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

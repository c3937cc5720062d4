/** Twin of `loss-huber`. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
import type { lossHuber } from "../../operations/loss-huber.ts";
import type { Twin } from "./twin.ts";

/** Row losses and dlogits of the Huber loss. */
export const lossHuberTwin: Twin<typeof lossHuber> = (tensors, numbers) => {
  const { logits, target, mask, count, rowLoss, dlogits, flags } = tensors;
  const { N, V, pOffset, pStride, dOffset, dStride, flagBit, delta } = numbers;
  for (let n = 0; n < N; n++) {
    const weight = mask[n]!;
    let loss = 0;
    for (let v = 0; v < V; v++) {
      const p = logits[pOffset + n * pStride + v]!;
      const t = target[n * V + v]!;
      if (!Number.isFinite(p)) flags[0]! |= flagBit;
      const r = p - t;
      const size = Math.abs(r);
      loss += size <= delta ? (r * r) / 2 : delta * (size - delta / 2);
      const slope = Math.max(-delta, Math.min(delta, r));
      dlogits[dOffset + n * dStride + v] = weight === 0 ? 0 : (weight * slope) / (count[0]! * V);
    }
    rowLoss[n] = weight === 0 ? 0 : weight * loss;
  }
};

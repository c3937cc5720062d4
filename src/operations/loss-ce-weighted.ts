/**
 * Softmax cross-entropy over class ids in which every class has a weight, with label smoothing as PyTorch combines the two:
 * the smoothed share of each class bears that class's weight, not the target's. `count` is the sum of the targets' weights.
 */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow } from "./loss-terms.ts";

/** Contract of `loss-ce-weighted`; see its equation and `loss-terms.ts`. */
export const lossCeWeighted = defineOperation({
  name: "loss-ce-weighted",
  equation:
    "q = classWeights·((1 − smoothing)·onehot(t) + smoothing/V); rowLoss[n] = mask[n] Σ_v q (logsumexp(p) − p); dlogits = mask[n] (softmax(p)·Σ_v q − q) / count",
  source: "PyTorch's CrossEntropyLoss(weight, label_smoothing)",
  tensors: {
    logits: LOGITS,
    target: { access: "in", type: "u32", shape: ["N"], about: "class ids, < V" },
    classWeights: { access: "in", type: "f32", shape: ["V"], about: "weight of each class" },
    ...LOSS_RESULTS,
  },
  extents: ["N", "V"],
  constants: [...LOSS_CONSTANTS, "smoothing"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-ce-weighted.row", 4, {
    lib: ["activations", "log1p"],
    numbers: ["smoothing"],
    inputs: ["classWeights"],
  }),
});

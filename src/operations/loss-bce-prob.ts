/**
 * Binary cross-entropy of probabilities, with PyTorch's limits for p = 0 and p = 1, where σ has no digits left: no logarithm
 * is below −100, no divisor of the gradient below 1e-12. Where logits are at hand, `loss-bce` is the better one.
 */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-bce-prob`; see its equation and `loss-terms.ts`. */
export const lossBceProb = defineOperation({
  name: "loss-bce-prob",
  equation:
    "rowLoss[n] = −mask[n] Σ_v t·max(log p, −100) + (1−t)·max(log(1−p), −100); dlogits = mask[n] (p−t) / max(p(1−p), 1e-12) / (count·V)",
  source: "binary cross-entropy, limits of PyTorch's BCELoss; −log p = log1p((1−p)/p) is exact to rounding near 1",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-bce-prob.row", 1, { lib: ["log1p"] }),
});

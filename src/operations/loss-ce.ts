/** Softmax cross-entropy over class ids, with an ignore mask. A one-hot target is never built. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow } from "./loss-terms.ts";

/** Contract of `loss-ce`; see its equation and `loss-terms.ts`. */
export const lossCe = defineOperation({
  name: "loss-ce",
  equation:
    "q = (1 − smoothing)·onehot(t) + smoothing/V; rowLoss[n] = mask[n] Σ_v q (logsumexp(p) − p); dlogits = mask[n] (softmax(p) − q) / count",
  source: "softmax cross-entropy, the maximum subtracted first; label smoothing: Szegedy et al. 2016",
  tensors: {
    logits: LOGITS,
    target: { access: "in", type: "u32", shape: ["N"], about: "class ids, < V" },
    ...LOSS_RESULTS,
  },
  extents: ["N", "V"],
  constants: [...LOSS_CONSTANTS, "smoothing"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-ce.row", 3, { lib: ["activations", "log1p"], numbers: ["smoothing"] }),
});

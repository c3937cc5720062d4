/** Softmax cross-entropy over class ids, with an ignore mask. A one-hot target is never built. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow } from "./loss-terms.ts";

/** Contract of `loss-ce`; see its equation and `loss-terms.ts`. */
export const lossCe = defineOperation({
  name: "loss-ce",
  equation: "rowLoss[n] = mask[n] (logsumexp(p) − p[t]); dlogits = mask[n] (softmax(p) − onehot(t)) / count",
  source: "softmax cross-entropy; the maximum is subtracted first",
  tensors: {
    logits: LOGITS,
    target: { access: "in", type: "u32", shape: ["N"], about: "class ids, < V" },
    ...LOSS_RESULTS,
  },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-ce.row", 3, ["activations", "log1p"]),
});

/** Softmax cross-entropy against a distribution over the classes in each row. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-ce-soft`; see its equation and `loss-terms.ts`. */
export const lossCeSoft = defineOperation({
  name: "loss-ce-soft",
  equation: "rowLoss[n] = mask[n] Σ_v t (logsumexp(p) − p); dlogits = mask[n] (softmax(p) Σ_v t − t) / count",
  source: "softmax cross-entropy, the maximum subtracted first",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-ce-soft.row", 4, { lib: ["activations", "log1p"] }),
});

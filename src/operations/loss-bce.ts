/** Binary cross-entropy with logits, stable for logits of ±100 and more. Targets may be soft. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-bce`; see its equation and `loss-terms.ts`. */
export const lossBce = defineOperation({
  name: "loss-bce",
  equation:
    "rowLoss[n] = mask[n] Σ_v w·t·softplus(−p) + (1−t)·softplus(p) with w = positiveWeight; dlogits = mask[n] (σ(p)(1−t) − w·t·σ(−p)) / (count·V)",
  source: "binary cross-entropy with logits; softplus(p) = max(p,0) + log(1+exp(−|p|))",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: [...LOSS_CONSTANTS, "positiveWeight"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-bce.row", 1, {
    lib: ["activations", "log1p"],
    numbers: ["positiveWeight"],
  }),
});

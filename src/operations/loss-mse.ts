/** Squared error. The mean divides by the valid scalar elements, count·V. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-mse`; see its equation and `loss-terms.ts`. */
export const lossMse = defineOperation({
  name: "loss-mse",
  equation: "rowLoss[n] = mask[n] Σ_v (p−t)²; dlogits = 2 mask[n] (p−t) / (count·V)",
  source: "mean over valid elements",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-mse.row", 1),
});

/** Absolute error; its gradient is the sign, 0 at 0. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-mae`; see its equation and `loss-terms.ts`. */
export const lossMae = defineOperation({
  name: "loss-mae",
  equation: "rowLoss[n] = mask[n] Σ_v |p−t|; dlogits = mask[n] sign(p−t) / (count·V)",
  source: "mean over valid elements",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums where the twin adds in f64" },
  implementations: lossByRow("loss-mae.row", 1),
});

/** Huber loss: squared error up to |p − t| = delta, linear beyond, so that outliers pull no harder than delta. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-huber`; see its equation and `loss-terms.ts`. */
export const lossHuber = defineOperation({
  name: "loss-huber",
  equation:
    "r = p − t; rowLoss[n] = mask[n] Σ_v (|r| ≤ delta ? r²/2 : delta(|r| − delta/2)); dlogits = mask[n] clamp(r, ±delta) / (count·V)",
  source: "Huber 1964",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: [...LOSS_CONSTANTS, "delta"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums where the twin adds in f64" },
  implementations: lossByRow("loss-huber.row", 1, { numbers: ["delta"] }),
});

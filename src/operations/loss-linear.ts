/** A linear loss whose gradient is a given tensor (with count = 1): how verification injects upstream gradients through the Program itself. */
import { defineOperation } from "../core/operation.ts";
import { LOGITS, LOSS_CONSTANTS, LOSS_RESULTS, lossByRow, NUMERIC_TARGET } from "./loss-terms.ts";

/** Contract of `loss-linear`; see its equation and `loss-terms.ts`. */
export const lossLinear = defineOperation({
  name: "loss-linear",
  equation: "rowLoss[n] = mask[n] Σ_v t·p; dlogits = mask[n] t / count",
  source: "a vector–Jacobian seed: L = Σ g⊙y / count",
  tensors: { logits: LOGITS, target: NUMERIC_TARGET, ...LOSS_RESULTS },
  extents: ["N", "V"],
  constants: LOSS_CONSTANTS,
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: lossByRow("loss-linear.row", 1),
});

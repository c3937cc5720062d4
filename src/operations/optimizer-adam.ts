/**
 * Adam, with PyTorch's place of epsilon. gain1 = 1−β₁, gain2 = 1−β₂, correction1 = 1−β₁ⁱ and correction2 = 1−β₂ⁱ are computed
 * in f64 on the host and rounded once: in f32, 1 − 0.999 is off by 5e-5, and so would be every v.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, u32 } from "./kernel-terms.ts";
import { OPTIMIZED, OPTIMIZER_METRICS, OPTIMIZER_TOLERANCE, optimizerByLanes } from "./optimizer-terms.ts";

/** Contract of `optimizer-adam`; see its equation and `optimizer-terms.ts`. */
export const optimizerAdam = defineOperation({
  name: "optimizer-adam",
  equation:
    "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; g = f·grads; m = β₁m + gain1·g; v = β₂v + gain2·g²; params −= learningRate·(m/c1)/(√(v/c2) + epsilon)",
  source: "Kingma & Ba 2015, PyTorch's placement of epsilon",
  tensors: {
    ...OPTIMIZED,
    state: { access: "inout", type: "f32", shape: ["2", "P"], about: "first moments m, then second moments v" },
    ...OPTIMIZER_METRICS,
  },
  extents: ["P", "M"],
  constants: [],
  scalars: [
    "learningRate",
    "clip",
    "slot",
    "beta1",
    "beta2",
    "gain1",
    "gain2",
    "epsilon",
    "correction1",
    "correction2",
  ],
  tolerance: OPTIMIZER_TOLERANCE,
  implementations: optimizerByLanes("optimizer-adam.lanes", [
    ...u32("P", "slot"),
    ...f32("learningRate", "clip", "beta1", "beta2", "gain1", "gain2", "epsilon", "correction1", "correction2"),
  ]),
});

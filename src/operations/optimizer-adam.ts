/**
 * Adam, with PyTorch's place of epsilon, and its relatives: `l2` adds the parameters to the gradient, `decay` shrinks them
 * by themselves (AdamW), the constant `amsgrad` 1 divides by the largest v so far, which is a third row of state (S = 3).
 *
 * gain1 = 1−β₁, gain2 = 1−β₂, correction1 = 1−β₁ⁱ and correction2 = 1−β₂ⁱ are computed in f64 on the host and rounded once:
 * in f32, 1 − 0.999 is off by 5e-5, and so would be every v.
 */
import { defineOperation } from "../core/operation.ts";
import {
  CLIPPED,
  OPTIMIZED,
  OPTIMIZER_METRICS,
  OPTIMIZER_SCALARS,
  OPTIMIZER_TOLERANCE,
  optimizerByLanes,
} from "./optimizer-terms.ts";

/** Contract of `optimizer-adam`; see its equation and `optimizer-terms.ts`. */
export const optimizerAdam = defineOperation({
  name: "optimizer-adam",
  equation: `${CLIPPED}; g += l2·params; m = β₁m + gain1·g; v = β₂v + gain2·g²; u = amsgrad ? max(u, v) : v; params = params·(1 − learningRate·decay) − learningRate·(m/c1)/(√(u/c2) + epsilon)`,
  source:
    "Kingma & Ba 2015, PyTorch's placement of epsilon; AdamW: Loshchilov & Hutter 2019; AMSGrad: Reddi et al. 2018, the maximum before the bias correction as in PyTorch",
  tensors: {
    ...OPTIMIZED,
    state: {
      access: "inout",
      type: "f32",
      shape: ["S", "P"],
      about: "first moments m, then second moments v, then with amsgrad the largest v",
    },
    ...OPTIMIZER_METRICS,
  },
  extents: ["P", "M", "S"],
  constants: ["amsgrad"],
  scalars: [
    ...OPTIMIZER_SCALARS,
    "l2",
    "decay",
    "beta1",
    "beta2",
    "gain1",
    "gain2",
    "epsilon",
    "correction1",
    "correction2",
  ],
  tolerance: OPTIMIZER_TOLERANCE,
  implementations: optimizerByLanes(
    "optimizer-adam.lanes",
    ["amsgrad"],
    ["l2", "decay", "beta1", "beta2", "gain1", "gain2", "epsilon", "correction1", "correction2"],
  ),
});

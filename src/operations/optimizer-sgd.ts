/**
 * Plain gradient descent, with momentum where it is above 0. `first` is 1 at the first step, where the buffer becomes g.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, u32 } from "./kernel-terms.ts";
import { OPTIMIZED, OPTIMIZER_METRICS, OPTIMIZER_TOLERANCE, optimizerByLanes } from "./optimizer-terms.ts";

/** Contract of `optimizer-sgd`; see its equation and `optimizer-terms.ts`. */
export const optimizerSgd = defineOperation({
  name: "optimizer-sgd",
  equation:
    "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; g = f·grads; buf = first ? g : momentum·buf + g; params −= learningRate·(momentum > 0 ? buf : g)",
  source: "PyTorch's SGD without dampening",
  tensors: {
    ...OPTIMIZED,
    state: { access: "inout", type: "f32", shape: ["1", "P"], about: "momentum buffer" },
    ...OPTIMIZER_METRICS,
  },
  extents: ["P", "M"],
  constants: [],
  scalars: ["learningRate", "clip", "slot", "momentum", "first"],
  tolerance: OPTIMIZER_TOLERANCE,
  implementations: optimizerByLanes("optimizer-sgd.lanes", [
    ...u32("P", "slot", "first"),
    ...f32("learningRate", "clip", "momentum"),
  ]),
});

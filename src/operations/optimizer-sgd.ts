/**
 * Plain gradient descent, with momentum where it is above 0, plain or looking ahead (`nesterov` 1). `first` is 1 at the
 * first step, where the buffer becomes g.
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

/** Contract of `optimizer-sgd`; see its equation and `optimizer-terms.ts`. */
export const optimizerSgd = defineOperation({
  name: "optimizer-sgd",
  equation: `${CLIPPED}; g += weightDecay·params; buf = first ? g : momentum·buf + g; params −= learningRate·(momentum > 0 ? (nesterov ? g + momentum·buf : buf) : g)`,
  source: "PyTorch's SGD without dampening; Nesterov's momentum as in Sutskever et al. 2013",
  tensors: {
    ...OPTIMIZED,
    state: { access: "inout", type: "f32", shape: ["1", "P"], about: "momentum buffer" },
    ...OPTIMIZER_METRICS,
  },
  extents: ["P", "M"],
  constants: [],
  scalars: [...OPTIMIZER_SCALARS, "momentum", "nesterov", "weightDecay", "first"],
  tolerance: OPTIMIZER_TOLERANCE,
  implementations: optimizerByLanes("optimizer-sgd.lanes", ["first", "nesterov"], ["momentum", "weightDecay"]),
});

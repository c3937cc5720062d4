/**
 * RMSprop with PyTorch's place of epsilon, outside the root. The state is v, and where the constants name a row (0: none)
 * the mean gradient (`meanRow`: centred, √ of the variance) and the momentum buffer (`bufferRow`). gain = 1 − alpha is
 * computed in f64 on the host.
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

/** Contract of `optimizer-rmsprop`; see its equation and `optimizer-terms.ts`. */
export const optimizerRmsprop = defineOperation({
  name: "optimizer-rmsprop",
  equation: `${CLIPPED}; g += weightDecay·params; v = alpha·v + gain·g²; mean = alpha·mean + gain·g; d = g/(√(meanRow > 0 ? max(v − mean², 0) : v) + epsilon); buf = momentum·buf + d; params −= learningRate·(bufferRow > 0 ? buf : d)`,
  source: "Tieleman & Hinton 2012, PyTorch's form; centred: Graves 2013",
  tensors: {
    ...OPTIMIZED,
    state: {
      access: "inout",
      type: "f32",
      shape: ["S", "P"],
      about: "mean square v, then in rows meanRow and bufferRow the mean and the momentum buffer",
    },
    ...OPTIMIZER_METRICS,
  },
  extents: ["P", "M", "S"],
  constants: ["meanRow", "bufferRow"],
  scalars: [...OPTIMIZER_SCALARS, "weightDecay", "alpha", "gain", "epsilon", "momentum"],
  tolerance: OPTIMIZER_TOLERANCE,
  implementations: optimizerByLanes(
    "optimizer-rmsprop.lanes",
    ["meanRow", "bufferRow"],
    ["weightDecay", "alpha", "gain", "epsilon", "momentum"],
  ),
});

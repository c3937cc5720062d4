/**
 * Backward of `attention-weights`: the gradient of the weights turns into that of the scores, in place. Where a weight is
 * 0, as under a mask, so is the gradient.
 */
import { defineOperation } from "../core/operation.ts";
import { stepPairs } from "./attention-terms.ts";
import { forAllModels, invocations, loops, oneKernel, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `attention-weights-backward`; see its equation and tensors. */
export const attentionWeightsBackward = defineOperation({
  name: "attention-weights-backward",
  equation: "dscores[t,b,s] = weights[t,b,s] · (dweights[t,b,s] − Σ_s' weights[t,b,s'] · dweights[t,b,s'])",
  source: "derivative of softmax",
  tensors: {
    weights: stepPairs("in", "weights, from pairsOffset on"),
    dscores: stepPairs("inout", "in: gradient of the weights; out: of the scores"),
  },
  extents: ["T", "B", "S"],
  constants: ["pairsOffset"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: oneKernel(
    "row",
    forAllModels({
      file: "attention-weights-backward.row",
      bindings: [...reads("weights"), ...writes("dscores")],
      scalars: u32("T", "B", "S", "pairsOffset"),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["T·B", 1]),
      trips: loops(["2S", 1]),
    }),
  ),
});

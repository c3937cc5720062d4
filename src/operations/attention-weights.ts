/**
 * Attention weights: softmax of the scores over the source steps that count. A masked step has weight exactly 0, and a
 * sequence without any counting step has none at all instead of 0/0. A score that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { stepPairs } from "./attention-terms.ts";
import { forAllModels, invocations, loops, oneKernel, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `attention-weights`; see its equation and tensors. */
export const attentionWeights = defineOperation({
  name: "attention-weights",
  equation: "weights[t,b,s] = mask[s,b] · exp(scores[t,b,s] − max) / Σ_s mask[s,b] · exp(scores[t,b,s] − max)",
  source: "Bahdanau et al. 2015; the maximum over counting steps subtracted first",
  tensors: {
    scores: stepPairs("in", "scores, from pairsOffset on"),
    mask: {
      access: "in",
      type: "f32",
      shape: ["S", "B"],
      about: "1 where a source step counts; not read while masked = 0",
    },
    weights: stepPairs("inout", "overwritten from pairsOffset on; rows sum to 1"),
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "S"],
  constants: ["pairsOffset", "masked", "flagBit"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp of the adapter" },
  implementations: oneKernel(
    "row",
    forAllModels({
      file: "attention-weights.row",
      bindings: [...reads("scores", "mask"), ...writes("weights", "flags")],
      scalars: u32("T", "B", "S", "pairsOffset", "masked", "flagBit"),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index", "finite", "activations"],
      grid: invocations(["T·B", 1]),
      trips: loops(["3S", 1]),
    }),
  ),
});

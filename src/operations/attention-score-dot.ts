/**
 * Scaled dot products of every decoder row with every source row of the same sequence: attention scores from queries
 * and keys, and on the way back the gradient of the weights from that of the context and the values.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { f32, forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["queryOffset", "queryStride", "keysOffset", "keysStride", "pairsOffset"] as const;

/** Contract of `attention-score-dot`; see its equation and tensors. */
export const attentionScoreDot = defineOperation({
  name: "attention-score-dot",
  equation: "scores[t,b,s] = scale · Σ_d query[t,b,d] · keys[s,b,d]",
  source: "Luong et al. 2015; scale 1/√D: Vaswani et al. 2017",
  tensors: {
    query: decoderRows("in", "query", "queries, or the gradient of the context"),
    keys: sourceRows("in", "keys", "keys, or the values"),
    scores: stepPairs("inout", "overwritten from pairsOffset on"),
  },
  extents: ATTENTION_EXTENTS,
  constants: [...WINDOWS, "scale"],
  scalars: [],
  flops: products("T·B·S·D"),
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "attention-score-dot.element",
      bindings: [...reads("query", "keys"), ...writes("scores")],
      scalars: [...u32("T", "B", "S", "D", ...WINDOWS), ...f32("scale")],
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["T·B", 1], ["S", 1]),
      trips: loops(["D", 1]),
    }),
  ),
});

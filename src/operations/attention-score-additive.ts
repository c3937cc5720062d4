/**
 * Additive attention scores. `query` and `keys` are already projected (s W_q + b_a and e W_k), so what is left of the
 * small network is its tanh and its last row v.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["queryOffset", "queryStride", "keysOffset", "keysStride", "pairsOffset"] as const;

/** Contract of `attention-score-additive`; see its equation and tensors. */
export const attentionScoreAdditive = defineOperation({
  name: "attention-score-additive",
  equation: "scores[t,b,s] = Σ_d v[d] · tanh(query[t,b,d] + keys[s,b,d])",
  source: "Bahdanau et al. 2015",
  tensors: {
    query: decoderRows("in", "query", "projected queries, bias included"),
    keys: sourceRows("in", "keys", "projected source rows"),
    v: { access: "in", type: "f32", shape: ["D"], about: "weights of the sum" },
    scores: stepPairs("inout", "overwritten from pairsOffset on"),
  },
  extents: ATTENTION_EXTENTS,
  constants: WINDOWS,
  scalars: [],
  // A tanh costs about as much as eight terms of a product.
  flops: products("8T·B·S·D"),
  tolerance: { relative: 2e-5, reason: "tanh of the adapter's exp, and f32 sums in another order" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "attention-score-additive.element",
      bindings: [...reads("query", "keys", "v"), ...writes("scores")],
      scalars: u32("T", "B", "S", "D", ...WINDOWS),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index", "activations"],
      grid: invocations(["T·B", 1], ["S", 1]),
      trips: loops(["D", 4]),
    }),
  ),
});

/**
 * Gradient of the projected queries of additive attention. The tanh of every pair is computed again: storing it would
 * take S times the memory of the queries.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["queryOffset", "queryStride", "keysOffset", "keysStride", "pairsOffset"] as const;

/** Contract of `attention-query-gradient`; see its equation and tensors. */
export const attentionQueryGradient = defineOperation({
  name: "attention-query-gradient",
  equation: "dquery[t,b,d] = v[d] · Σ_s dscores[t,b,s] · (1 − tanh²(query[t,b,d] + keys[s,b,d]))",
  source: "docs/equations.md",
  tensors: {
    query: decoderRows("in", "query", "projected queries, bias included"),
    keys: sourceRows("in", "keys", "projected source rows"),
    v: { access: "in", type: "f32", shape: ["D"], about: "weights of the sum" },
    dscores: stepPairs("in", "gradient of the scores"),
    dquery: decoderRows("inout", "query", "overwritten where query lies"),
  },
  extents: ATTENTION_EXTENTS,
  constants: WINDOWS,
  scalars: [],
  // A tanh costs about as much as eight terms of a product.
  flops: products("8T·B·S·D"),
  tolerance: { relative: 2e-5, reason: "tanh of the adapter's exp, and f32 sums in another order" },
  implementations: oneKernel(
    "tile",
    forAllModels({
      file: "attention-query-gradient.tile",
      bindings: [...reads("query", "keys", "v", "dscores"), ...writes("dquery")],
      scalars: u32("T", "B", "S", "D", ...WINDOWS),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index", "activations"],
      grid: invocations(["T·B", 1], ["D", 4]),
      trips: loops(["S", 1]),
    }),
  ),
});

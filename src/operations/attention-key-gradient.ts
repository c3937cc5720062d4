/**
 * Gradients of the projected source rows of additive attention, and of v as one row for each source row: their column
 * sum (`bias-gradient`) is dv. Sums run over the decoder steps in rising order.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["queryOffset", "queryStride", "keysOffset", "keysStride", "pairsOffset"] as const;

/** Contract of `attention-key-gradient`; see its equation and tensors. */
export const attentionKeyGradient = defineOperation({
  name: "attention-key-gradient",
  equation:
    "u = tanh(query[t,b,d] + keys[s,b,d]); dkeys[s,b,d] = v[d] · Σ_t dscores[t,b,s] · (1 − u²); dvRows[s,b,d] = Σ_t dscores[t,b,s] · u",
  source: "docs/equations.md",
  tensors: {
    query: decoderRows("in", "query", "projected queries, bias included"),
    keys: sourceRows("in", "keys", "projected source rows"),
    v: { access: "in", type: "f32", shape: ["D"], about: "weights of the sum" },
    dscores: stepPairs("in", "gradient of the scores"),
    dkeys: sourceRows("inout", "keys", "overwritten where keys lie"),
    dvRows: { access: "out", type: "f32", shape: ["S·B", "D"], about: "what each source row adds to dv" },
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
      file: "attention-key-gradient.tile",
      bindings: [...reads("query", "keys", "v", "dscores"), ...writes("dkeys", "dvRows")],
      scalars: u32("T", "B", "S", "D", ...WINDOWS),
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index", "activations"],
      grid: invocations(["S·B", 1], ["D", 4]),
      trips: loops(["T", 1]),
    }),
  ),
});

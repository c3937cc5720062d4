/**
 * Sums source rows by weight for every decoder step: the context from weights and values, and on the way back the
 * gradient of a dot product's queries from that of the scores and the keys.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { f32, forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["pairsOffset", "valuesOffset", "valuesStride", "outOffset", "outStride"] as const;

/** Contract of `attention-context`; see its equation and tensors. */
export const attentionContext = defineOperation({
  name: "attention-context",
  equation: "out[t,b,d] = scale · Σ_s weights[t,b,s] · values[s,b,d]",
  source: "Bahdanau et al. 2015",
  tensors: {
    weights: stepPairs("in", "weights, or the gradient of the scores"),
    values: sourceRows("in", "values", "values, or the keys"),
    out: decoderRows("inout", "out", "overwritten at outOffset with outStride; the rest stays"),
  },
  extents: ATTENTION_EXTENTS,
  constants: [...WINDOWS, "scale"],
  scalars: [],
  flops: products("T·B·S·D"),
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "attention-context.element",
      bindings: [...reads("weights", "values"), ...writes("out")],
      scalars: [...u32("T", "B", "S", "D", ...WINDOWS), ...f32("scale")],
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["T·B", 1], ["D", 1]),
      trips: loops(["S", 1]),
    }),
  ),
});

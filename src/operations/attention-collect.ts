/**
 * The transpose of `attention-context`: what all decoder steps hand back to a source row, summed in rising order of t.
 * From weights and dcontext it gives the gradient of the values, from dscores and queries that of a dot product's keys.
 */
import { defineOperation } from "../core/operation.ts";
import { ATTENTION_EXTENTS, decoderRows, sourceRows, stepPairs } from "./attention-terms.ts";
import { f32, forAllModels, invocations, loops, oneKernel, products, reads, u32, writes } from "./kernel-terms.ts";

const WINDOWS = ["pairsOffset", "rowsOffset", "rowsStride", "outOffset", "outStride", "accumulate"] as const;

/** Contract of `attention-collect`; see its equation and tensors. */
export const attentionCollect = defineOperation({
  name: "attention-collect",
  equation: "out[s,b,d] = accumulate · out[s,b,d] + scale · Σ_t weights[t,b,s] · rows[t,b,d]",
  source: "docs/equations.md",
  tensors: {
    weights: stepPairs("in", "weights, or the gradient of the scores"),
    rows: decoderRows("in", "rows", "gradient of the context, or the queries"),
    out: sourceRows("inout", "out", "at outOffset with outStride; the rest stays"),
  },
  extents: ATTENTION_EXTENTS,
  constants: [...WINDOWS, "scale"],
  scalars: [],
  flops: products("T·B·S·D"),
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: oneKernel(
    "element",
    forAllModels({
      file: "attention-collect.element",
      bindings: [...reads("weights", "rows"), ...writes("out")],
      scalars: [...u32("T", "B", "S", "D", ...WINDOWS), ...f32("scale")],
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index"],
      grid: invocations(["S·B", 1], ["D", 1]),
      trips: loops(["T", 1]),
    }),
  ),
});

/**
 * Scheduled sampling: which symbol enters the decoder's next step. With probability `ratio` it stays the given one,
 * otherwise the model's own takes its place: the likeliest, or one drawn from the probabilities (`draw` = 1). Both random
 * numbers come from `key` and the symbol's place, so a step that is played again chooses again the same. ratio = 0 decodes.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, oneKernel, reads, u32, writes } from "./kernel-terms.ts";

const PLACES = ["logitsOffset", "idsOffset", "draw"] as const;

/** Contract of `next-symbol`; see its equation and tensors. */
export const nextSymbol = defineOperation({
  name: "next-symbol",
  equation:
    "i = idsOffset + b; ids[i] = next[b] = uniform(2i) < ratio ? ids[i] : argmax p, or the first v with Σ_{v' ≤ v} softmax(p) > uniform(2i + 1)",
  source: "Bengio et al. 2015",
  tensors: {
    logits: {
      access: "in",
      type: "f32",
      shape: ["B", "V"],
      about: "what the step before predicts, from logitsOffset on",
      window: { offset: "logitsOffset" },
    },
    key: { access: "in", type: "u32", shape: ["2"], about: "seed, training step" },
    ids: {
      access: "inout",
      type: "u32",
      shape: ["B"],
      about: "in: given symbols, from idsOffset on; out: chosen ones",
      window: { offset: "idsOffset" },
    },
    next: { access: "out", type: "u32", shape: ["B"], about: "the chosen symbols once more, for the step to read" },
  },
  extents: ["B", "V"],
  constants: [...PLACES, "ratio"],
  scalars: [],
  tolerance: { relative: 0, reason: "comparisons; only a draw within rounding of a boundary could differ" },
  implementations: oneKernel(
    "row",
    forAllModels({
      file: "next-symbol.row",
      bindings: [...reads("logits", "key"), ...writes("ids", "next")],
      scalars: [...u32("B", "V", ...PLACES), ...f32("ratio")],
      sizes: { WORKGROUP_SIZE: 16 },
      lib: ["linear-index", "rng", "activations"],
      grid: invocations(["B", 1]),
      trips: loops(["3V", 1]),
    }),
  ),
});

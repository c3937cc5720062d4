/**
 * Probabilities of a binary head, for views and metrics; training uses the logits.
 */
import { defineOperation } from "../core/operation.ts";

/** Contract of `sigmoid-forward`; see its equation and tensors. */
export const sigmoidForward = defineOperation({
  name: "sigmoid-forward",
  equation: "out[i] = σ(logits[i])",
  source: "logistic function",
  tensors: {
    logits: { access: "in", type: "f32", shape: ["N", "V"], about: "head output" },
    out: { access: "out", type: "f32", shape: ["N", "V"], about: "probabilities" },
  },
  extents: ["N", "V"],
  constants: [],
  scalars: [],
  tolerance: { relative: 2e-6, reason: "exp of the adapter" },
  implementations: {},
});

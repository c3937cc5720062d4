/**
 * Class probabilities of a head, for views, sampling and metrics; training uses the logits.
 */
import { defineOperation } from "../core/operation.ts";

/** Contract of `softmax-forward`; see its equation and tensors. */
export const softmaxForward = defineOperation({
  name: "softmax-forward",
  equation: "out[n,v] = exp(p[n,v] − max p[n]) / Σ",
  source: "softmax with the maximum subtracted",
  tensors: {
    logits: { access: "in", type: "f32", shape: ["N", "V"], about: "head output" },
    out: { access: "out", type: "f32", shape: ["N", "V"], about: "probabilities, rows sum to 1" },
  },
  extents: ["N", "V"],
  constants: [],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp of the adapter" },
  implementations: {},
});

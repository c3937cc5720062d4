/**
 * Softmax of each row: class probabilities of a head for views, sampling and metrics (training with cross-entropy uses the
 * logits), or the activation of a dense layer. A logit that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `softmax-forward`; see its equation and tensors. */
export const softmaxForward = defineOperation({
  name: "softmax-forward",
  equation: "y[n,c] = exp(a[n,c] − max a[n]) / Σ",
  source: "softmax with the maximum subtracted",
  tensors: {
    a: { access: "in", type: "f32", shape: ["N", "C"], about: "logits" },
    y: { access: "out", type: "f32", shape: ["N", "C"], about: "probabilities, rows sum to 1" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["N", "C"],
  constants: ["flagBit"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp of the adapter" },
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "softmax-forward.row",
              bindings: [...reads("a"), ...writes("y", "flags")],
              scalars: u32("N", "C", "flagBit"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "activations", "finite"],
              grid: invocations(["N", 1]),
              trips: loops(["3C", 1]),
            }),
          ],
        },
      ],
    },
  },
});

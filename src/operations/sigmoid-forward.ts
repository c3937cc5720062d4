/**
 * Probabilities of a binary head, for views and metrics; training uses the logits.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

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
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            {
              file: "sigmoid-forward.element",
              bindings: [...reads("logits"), ...writes("out")],
              scalars: u32("N", "V"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "activations"],
              grid: invocations(["N·V", 1]),
              trips: loops(),
            },
          ],
        },
      ],
    },
  },
});

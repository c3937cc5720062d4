/**
 * Class probabilities of a head, for views, sampling and metrics; training uses the logits.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

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
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            {
              file: "softmax-forward.row",
              bindings: [...reads("logits"), ...writes("out")],
              scalars: u32("N", "V"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "activations"],
              grid: invocations(["N", 1]),
              trips: loops(["3V", 1]),
            },
          ],
        },
      ],
    },
  },
});

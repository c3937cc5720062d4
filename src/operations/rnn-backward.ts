/**
 * BPTT through `rnn-forward`. In: dh[t+1] holds the upstream gradient of h[t+1] (constant upstream = 1) or only dh[T]
 * does and the rest is garbage (upstream = 0); what dh[0] held is ignored in both. Out: dh[t+1] = total dL/dh[t+1],
 * dh[0] = gradient of the initial state, and the record, whatever it held, is da. φ' comes from h.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `rnn-backward`; see its equation and tensors. */
export const rnnBackward = defineOperation({
  name: "rnn-backward",
  equation: "da = dh[t+1]⊙φ'(h[t+1]); dh[t] += da Uᵀ",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: { access: "out", type: "f32", shape: ["T", "B", "H"], about: "da" },
    U: { access: "in", type: "f32", shape: ["H", "H"], about: "recurrent weights" },
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream at 1…T; out: total dL/dh at 0…T",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["activation", "upstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "rnn-backward.step",
              bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("dh")],
              scalars: u32("t", "T", "B", "H", "activation", "upstream"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["H", 1], ["8", 1]),
            },
          ],
          loop: { from: "T", to: 0 },
        },
      ],
    },
  },
});

/**
 * The plain RNN over a whole sequence or some of its steps, PyTorch's two biases. In: the row of h before the first step
 * played, and x W + b in the record, which stays: backward needs no more than h. Constant: activation 0 = tanh, 1 = ReLU.
 * A masked step copies the state. A raw pre-activation that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `rnn-forward`; see its equation and tensors. */
export const rnnForward = defineOperation({
  name: "rnn-forward",
  equation: "h = φ(a + h' U + bu)",
  source: "Elman 1990",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: row 0 (T in reverse); out: the others" },
    record: { access: "in", type: "f32", shape: ["T", "B", "H"], about: "x W + b" },
    U: { access: "in", type: "f32", shape: ["H", "H"], about: "recurrent weights" },
    bu: { access: "in", type: "f32", shape: ["H"], about: "recurrent bias" },
    mask: { access: "in", type: "f32", shape: ["T", "B"], about: "0 where a step is left out; read if masked = 1" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["activation", "reverse", "masked", "fromStep", "toStep", "flagBit"],
  scalars: [],
  tolerance: {
    relative: 2e-5,
    reason: "tanh of the adapter: 1.2e-7 absolute here, up to 1e-5 elsewhere, over T steps",
  },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "rnn-forward.step",
              bindings: [...writes("h"), ...reads("record", "U", "bu", "mask"), ...writes("flags")],
              scalars: u32("t", "B", "H", "activation", "reverse", "masked", "flagBit"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "finite", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["H", 1], ["8", 1]),
            },
          ],
          loop: { from: "fromStep", to: "toStep" },
        },
      ],
    },
  },
});

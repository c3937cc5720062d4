/**
 * The update gate recurrent unit over a whole sequence or some of its steps: a GRU without reset gate. In: the row of h
 * before the first step played, and x W + b in the record. Out: h and the record z|n of the steps played. z near 1 WRITES
 * the candidate. A masked step copies the state; what its record row then holds is of no use. A raw pre-activation that
 * is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `ugrnn-forward`; see its equation and tensors. */
export const ugrnnForward = defineOperation({
  name: "ugrnn-forward",
  equation: "z = σ(a_z + h' U_z); n = tanh(a_n + h' U_n); h = (1−z)⊙h' + z⊙n",
  source: "Collins et al. 2017",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: row 0 (T in reverse); out: the others" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: x W + b; out: z|n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
    mask: { access: "in", type: "f32", shape: ["T", "B"], about: "0 where a step is left out; read if masked = 1" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["reverse", "masked", "fromStep", "toStep", "flagBit"],
  scalars: [],
  tolerance: {
    relative: 2e-5,
    reason: "sigmoid and tanh of the adapter: 1.2e-7 absolute here, up to 1e-5 elsewhere, over T steps",
  },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "ugrnn-forward.step",
              bindings: [...writes("h", "record"), ...reads("U", "mask"), ...writes("flags")],
              scalars: u32("t", "B", "H", "reverse", "masked", "flagBit"),
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

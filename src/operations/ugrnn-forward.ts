/**
 * The update gate recurrent unit over a whole sequence: a GRU without reset gate. In: h[0] is the initial state and the
 * record holds x W + b. Out: h[1…T] and the record z|n. z near 1 WRITES the candidate. A raw pre-activation that is not
 * finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `ugrnn-forward`; see its equation and tensors. */
export const ugrnnForward = defineOperation({
  name: "ugrnn-forward",
  equation: "z = σ(a_z + h' U_z); n = tanh(a_n + h' U_n); h = (1−z)⊙h' + z⊙n",
  source: "Collins et al. 2017",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "h[0] in, h[1…T] out" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: x W + b; out: z|n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["flagBit"],
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
              bindings: [...writes("h", "record"), ...reads("U"), ...writes("flags")],
              scalars: u32("t", "B", "H", "flagBit"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "finite", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["H", 1], ["8", 1]),
            },
          ],
          loop: { from: 1, to: "T" },
        },
      ],
    },
  },
});

/**
 * The GRU over a whole sequence, both forms. In: h[0] is the initial state and the record's slots 0–2 hold x W + b. Out: h[1…T] and the
 * record z|r|n|s (reset before, s = r⊙h') or z|r|n|q (reset after, q = h' U_n + bu_n). z near 1 WRITES the candidate, the opposite of
 * PyTorch's sign. Constants: reset 0 = before, 1 = after; activation 0 = tanh, 1 = ReLU. `bu` is read by the reset-after form only
 * (bind any segment of 3H elements otherwise). A raw pre-activation that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `gru-forward`; see its equation and tensors. */
export const gruForward = defineOperation({
  name: "gru-forward",
  equation:
    "z,r = σ(a_zr + h' U_zr [+ bu_zr]); before: n = φ(a_n + (r⊙h') U_n); after: n = φ(a_n + r⊙(h' U_n + bu_n)); h = (1−z)⊙h' + z⊙n",
  source: "Cho et al. 2014 (before), Chung et al. 2014 (sign of z), cuDNN (after)",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "h[0] in, h[1…T] out" },
    record: {
      access: "inout",
      type: "f32",
      shape: ["T", "B", "4", "H"],
      about: "in: x W + b in slots 0–2; out: z|r|n|s or z|r|n|q",
    },
    U: { access: "in", type: "f32", shape: ["H", "3H"], about: "recurrent weights z|r|n" },
    bu: { access: "in", type: "f32", shape: ["3H"], about: "recurrent bias z|r|n, reset after only" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["reset", "activation", "flagBit"],
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
              file: "gru-forward.step.gates",
              bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("flags")],
              scalars: u32("t", "B", "H", "flagBit"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "finite", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["H", 1], ["8", 1]),
            },
            {
              file: "gru-forward.step.candidate",
              bindings: [...writes("h", "record"), ...reads("U"), ...writes("flags")],
              scalars: u32("t", "B", "H", "activation", "flagBit"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "finite", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["H", 1], ["8", 1]),
            },
          ],
          loop: { from: 1, to: "T" },
          when: { reset: 0 },
        },
        {
          kernels: [
            {
              file: "gru-forward.step.fused",
              bindings: [...writes("h", "record"), ...reads("U", "bu"), ...writes("flags")],
              scalars: u32("t", "B", "H", "activation", "flagBit"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "finite", "activations"],
              grid: invocations(["B", 4], ["H", 4]),
              trips: loops(["H", 1], ["4", 1]),
            },
          ],
          loop: { from: 1, to: "T" },
          when: { reset: 1 },
        },
      ],
    },
  },
});

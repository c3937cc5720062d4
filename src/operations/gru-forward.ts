/**
 * The GRU over a whole sequence, both forms. In: row 0 of h (reverse: row T) is the initial state and the record's slots 0–2 hold x W + b.
 * Out: the other rows of h and the record z|r|n|s (reset before, s = r⊙h') or z|r|n|q (reset after, q = h' U_n + bu_n). z near 1 WRITES
 * the candidate, the opposite of PyTorch's sign. Constants: reset 0 = before, 1 = after; activation 0 = tanh, 1 = ReLU; the rest is
 * said in `recurrent-terms`. `bu` is read by the reset-after form only (bind any segment of 3H elements otherwise). A raw
 * pre-activation that is not finite sets `flagBit` in flags, except at a masked step, whose record becomes 0.
 */
import { defineOperation, type Kernel } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";
import {
  PERSISTENT_FORWARD_LIB,
  persistentImplementation,
  persistentKernel,
  persistentWork,
  STEPS_IN_CHUNKS,
} from "./persistent-terms.ts";
import { FORWARD_CONSTANTS, FORWARD_LIB, KEY, MASK, recurrentFlops, STEPS } from "./recurrent-terms.ts";

const gates: Kernel = forAllModels({
  file: "gru-forward.step.gates",
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "flagBit", "reverse", "masked"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["gru-forward-gates", "no-dropout", "recurrent-operands", "precise-sum", "record-tile", ...FORWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["17H", 1], ["8", 1]),
});

const gatesDropped: Kernel = {
  ...gates,
  file: "gru-forward.step.gates-dropped",
  bindings: [...gates.bindings, ...reads("key")],
  scalars: [...gates.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: [
    "gru-forward-gates",
    "recurrent-dropout",
    "dropout",
    "rng",
    "recurrent-operands",
    "precise-sum",
    "record-tile",
    ...FORWARD_LIB,
  ],
};

const candidate: Kernel = forAllModels({
  file: "gru-forward.step.candidate",
  bindings: [...writes("h", "record"), ...reads("U", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "activation", "flagBit", "reverse", "masked"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["precise-sum", "store-state", "record-tile", ...FORWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["9H", 1], ["8", 1]),
});

const fused: Kernel = forAllModels({
  file: "gru-forward.step.fused",
  bindings: [...writes("h", "record"), ...reads("U", "bu", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "activation", "flagBit", "reverse", "masked"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: [
    "gru-forward-fused",
    "no-dropout",
    "recurrent-operands",
    "precise-sum",
    "store-state",
    "record-tile",
    ...FORWARD_LIB,
  ],
  grid: invocations(["B", 4], ["H", 4]),
  trips: loops(["13H", 1], ["20", 1]),
});

const fusedDropped: Kernel = {
  ...fused,
  file: "gru-forward.step.fused-dropped",
  bindings: [...fused.bindings, ...reads("key")],
  scalars: [...fused.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: [
    "gru-forward-fused",
    "recurrent-dropout",
    "dropout",
    "rng",
    "recurrent-operands",
    "precise-sum",
    "store-state",
    "record-tile",
    ...FORWARD_LIB,
  ],
};

const before = persistentKernel("gru-forward.persistent.before", {
  bindings: [...writes("h", "record"), ...reads("U", "mask"), ...writes("flags")],
  scalars: ["activation", "flagBit", "reverse", "masked"],
  lib: ["gru-forward-before", "record-units", ...PERSISTENT_FORWARD_LIB],
  products: [
    [2, 1],
    [1, 1],
  ],
  refines: true,
});

const after = persistentKernel("gru-forward.persistent.after", {
  bindings: [...writes("h", "record"), ...reads("U", "bu", "mask"), ...writes("flags")],
  scalars: ["activation", "flagBit", "reverse", "masked"],
  lib: ["gru-forward-after", "recurrence-steps", "record-units", ...PERSISTENT_FORWARD_LIB],
  products: [[3, 1]],
  refines: true,
});

/** Contract of `gru-forward`; see its equation and tensors. */
export const gruForward = defineOperation({
  name: "gru-forward",
  equation:
    "z,r = σ(a_zr + h̃' U_zr [+ bu_zr]); before: n = φ(a_n + (r⊙h̃') U_n); after: n = φ(a_n + r⊙(h̃' U_n + bu_n)); h = (1−z)⊙h' + z⊙n; h̃' = h', dropped: h' ⊙ keep / (1 − rate)",
  source: "Cho et al. 2014 (before), Chung et al. 2014 (sign of z), cuDNN (after), Gal & Ghahramani 2016 (h̃')",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "initial state in, all others out" },
    record: {
      access: "inout",
      type: "f32",
      shape: ["T", "B", "4", "H"],
      about: "in: x W + b in slots 0–2; out: z|r|n|s or z|r|n|q",
    },
    U: { access: "in", type: "f32", shape: ["H", "3H"], about: "recurrent weights z|r|n" },
    bu: { access: "in", type: "f32", shape: ["3H"], about: "recurrent bias z|r|n, reset after only" },
    mask: MASK,
    key: KEY,
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["reset", "activation", "flagBit", ...FORWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(3),
  linearIn: STEPS,
  tolerance: {
    relative: 2e-5,
    reason: "σ and tanh to a few ulp and f32 sums in another order, carried over T steps",
  },
  implementations: {
    persistent: persistentImplementation(
      [
        { kernels: [before], loop: STEPS_IN_CHUNKS, when: { reset: 0 } },
        { kernels: [after], loop: STEPS_IN_CHUNKS, when: { reset: 1 } },
      ],
      persistentWork(5),
    ),
    step: {
      passes: [
        { kernels: [gates, candidate], loop: STEPS, when: { reset: 0, dropped: 0 } },
        { kernels: [gatesDropped, candidate], loop: STEPS, when: { reset: 0, dropped: 1 } },
        { kernels: [fused], loop: STEPS, when: { reset: 1, dropped: 0 } },
        { kernels: [fusedDropped], loop: STEPS, when: { reset: 1, dropped: 1 } },
      ],
    },
  },
});

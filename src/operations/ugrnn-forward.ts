/**
 * The update gate recurrent unit over a whole sequence or some of its steps: a GRU without reset gate. In: the row of h
 * before the first step played, and x W + b in the record. Out: h and the record z|n of the steps played. z near 1 WRITES
 * the candidate. A masked step copies the state; its record row becomes 0. A raw pre-activation that
 * is not finite sets `flagBit` in flags.
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

const plain: Kernel = forAllModels({
  file: "ugrnn-forward.step",
  bindings: [...writes("h", "record"), ...reads("U", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "reverse", "masked", "flagBit"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: [
    "ugrnn-forward",
    "no-dropout",
    "recurrent-operands",
    "precise-sum",
    "store-state",
    "record-tile",
    ...FORWARD_LIB,
  ],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["17H", 1], ["8", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "ugrnn-forward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: [
    "ugrnn-forward",
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

const persistent = persistentKernel("ugrnn-forward.persistent", {
  bindings: [...writes("h", "record"), ...reads("U", "mask"), ...writes("flags")],
  scalars: ["flagBit", "reverse", "masked"],
  lib: ["ugrnn-forward-gates", "recurrence-steps", "record-units", ...PERSISTENT_FORWARD_LIB],
  products: [[2, 1]],
  refines: true,
});

/** Contract of `ugrnn-forward`; see its equation and tensors. */
export const ugrnnForward = defineOperation({
  name: "ugrnn-forward",
  equation: "z = σ(a_z + h̃' U_z); n = tanh(a_n + h̃' U_n); h = (1−z)⊙h' + z⊙n; h̃' = h', dropped: h' ⊙ keep / (1 − rate)",
  source: "Collins et al. 2017, Gal & Ghahramani 2016 (h̃')",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: row 0 (T in reverse); out: the others" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: x W + b; out: z|n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
    mask: MASK,
    key: KEY,
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["flagBit", ...FORWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(2),
  linearIn: STEPS,
  tolerance: {
    relative: 2e-5,
    reason: "σ and tanh to a few ulp and f32 sums in another order, carried over T steps",
  },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: STEPS_IN_CHUNKS }], persistentWork(3)),
    step: {
      passes: [
        { kernels: [plain], loop: STEPS, when: { dropped: 0 } },
        { kernels: [dropped], loop: STEPS, when: { dropped: 1 } },
      ],
    },
  },
});

/**
 * The plain RNN over a whole sequence or some of its steps, PyTorch's two biases. In: the row of h before the first step
 * played, and x W + b in the record, which stays: backward needs no more than h. Constant: activation 0 = tanh, 1 = ReLU.
 * A masked step copies the state. A raw pre-activation that is not finite sets `flagBit` in flags.
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
  file: "rnn-forward.step",
  bindings: [...writes("h"), ...reads("record", "U", "bu", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "activation", "reverse", "masked", "flagBit"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["rnn-forward", "no-dropout", "recurrent-operands", "precise-sum", "store-state", ...FORWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["9H", 1], ["8", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "rnn-forward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: [
    "rnn-forward",
    "recurrent-dropout",
    "dropout",
    "rng",
    "recurrent-operands",
    "precise-sum",
    "store-state",
    ...FORWARD_LIB,
  ],
};

const persistent = persistentKernel("rnn-forward.persistent", {
  bindings: [...writes("h"), ...reads("record", "U", "bu", "mask"), ...writes("flags")],
  scalars: ["activation", "flagBit", "reverse", "masked"],
  lib: ["rnn-forward-gates", "recurrence-steps", ...PERSISTENT_FORWARD_LIB],
  products: [[1, 1]],
  refines: true,
});

/** Contract of `rnn-forward`; see its equation and tensors. */
export const rnnForward = defineOperation({
  name: "rnn-forward",
  equation: "h = φ(a + h̃' U + bu); h̃' = h', dropped: h' ⊙ keep / (1 − rate)",
  source: "Elman 1990, Gal & Ghahramani 2016 (h̃')",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: row 0 (T in reverse); out: the others" },
    record: { access: "in", type: "f32", shape: ["T", "B", "H"], about: "x W + b" },
    U: { access: "in", type: "f32", shape: ["H", "H"], about: "recurrent weights" },
    bu: { access: "in", type: "f32", shape: ["H"], about: "recurrent bias" },
    mask: MASK,
    key: KEY,
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["activation", "flagBit", ...FORWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(1),
  linearIn: STEPS,
  tolerance: {
    relative: 2e-5,
    reason: "tanh to a few ulp and f32 sums in another order, carried over T steps",
  },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: STEPS_IN_CHUNKS }], persistentWork(2)),
    step: {
      passes: [
        { kernels: [plain], loop: STEPS, when: { dropped: 0 } },
        { kernels: [dropped], loop: STEPS, when: { dropped: 1 } },
      ],
    },
  },
});

/**
 * The LSTM over a whole sequence or some of its steps, PyTorch's equations: two biases, no peepholes, no offset on the
 * forget gate. In: the rows of h and c before the first step played, and x W + b in the record. Out: h, c and the record
 * i|f|g|o of the steps played. A masked step copies both states and its record row becomes 0. A raw pre-activation that is
 * not finite sets `flagBit` in flags.
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
  file: "lstm-forward.step",
  bindings: [...writes("h", "c", "record"), ...reads("U", "bu", "mask"), ...writes("flags")],
  scalars: u32("t", "B", "H", "reverse", "masked", "flagBit"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: [
    "lstm-forward",
    "no-dropout",
    "recurrent-operands",
    "precise-sum",
    "store-state",
    "record-tile",
    ...FORWARD_LIB,
  ],
  grid: invocations(["B", 4], ["H", 4]),
  trips: loops(["17H", 1], ["20", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "lstm-forward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: [
    "lstm-forward",
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

const persistent = persistentKernel("lstm-forward.persistent", {
  bindings: [...writes("h", "c", "record"), ...reads("U", "bu", "mask"), ...writes("flags")],
  scalars: ["flagBit", "reverse", "masked"],
  lib: ["lstm-forward-gates", "recurrence-steps", "record-units", ...PERSISTENT_FORWARD_LIB],
  products: [[4, 1]],
  refines: true,
});

/** Contract of `lstm-forward`; see its equation and tensors. */
export const lstmForward = defineOperation({
  name: "lstm-forward",
  equation:
    "i,f,o = σ(a_ifo + h̃' U_ifo + bu_ifo); g = tanh(a_g + h̃' U_g + bu_g); c = f⊙c' + i⊙g; h = o⊙tanh(c); h̃' = h', dropped: h' ⊙ keep / (1 − rate)",
  source:
    "Hochreiter & Schmidhuber 1997, Gers et al. 2000 (forget gate), PyTorch (two biases), Gal & Ghahramani 2016 (h̃')",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: row 0 (T in reverse); out: the others" },
    c: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "like h" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "4", "H"], about: "in: x W + b; out: i|f|g|o" },
    U: { access: "in", type: "f32", shape: ["H", "4H"], about: "recurrent weights i|f|g|o" },
    bu: { access: "in", type: "f32", shape: ["4H"], about: "recurrent bias i|f|g|o" },
    mask: MASK,
    key: KEY,
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["T", "B", "H"],
  constants: ["flagBit", ...FORWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(4),
  linearIn: STEPS,
  tolerance: {
    relative: 2e-5,
    reason: "σ and tanh to a few ulp and f32 sums in another order, carried over T steps",
  },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: STEPS_IN_CHUNKS }], persistentWork(5)),
    step: {
      passes: [
        { kernels: [plain], loop: STEPS, when: { dropped: 0 } },
        { kernels: [dropped], loop: STEPS, when: { dropped: 1 } },
      ],
    },
  },
});

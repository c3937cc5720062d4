/**
 * BPTT through `rnn-forward`, from the row of the final state (T, in reverse 0) to that of the initial state (0, in
 * reverse T), or a part of that way which later calls go on with. In: dh holds the upstream gradient of every state
 * (upstream = 1) or of the final one, and the rest is garbage (upstream = 0); what the initial state's row held is ignored
 * in both. Out: dh = total dL/dh of every row, and the record, whatever it held, is da. φ' comes from h. A masked step has
 * da = 0 and hands its gradient on as it is.
 */
import { defineOperation, type Kernel } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";
import {
  PERSISTENT_BACKWARD_LIB,
  persistentImplementation,
  persistentKernel,
  persistentWork,
  ROWS_IN_CHUNKS,
} from "./persistent-terms.ts";
import { BACKWARD_CONSTANTS, BACKWARD_LIB, KEY, MASK, ROWS, recurrentFlops } from "./recurrent-terms.ts";

const plain: Kernel = forAllModels({
  file: "rnn-backward.step",
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
  scalars: u32("t", "T", "B", "H", "activation", "reverse", "masked", "upstream"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["rnn-backward", "no-dropout", "activations", "load-state", ...BACKWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["H", 1], ["8", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "rnn-backward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: ["rnn-backward", "recurrent-dropout", "dropout", "rng", "activations", "load-state", ...BACKWARD_LIB],
};

const persistent = persistentKernel("rnn-backward.persistent", {
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
  scalars: ["T", "activation", "reverse", "masked", "upstream"],
  lib: ["rnn-backward-gates", "recurrence-rows", "state-start", "load-state", ...PERSISTENT_BACKWARD_LIB],
  products: [[1, 1]],
  refines: false,
});

/** Contract of `rnn-backward`; see its equation and tensors. */
export const rnnBackward = defineOperation({
  name: "rnn-backward",
  equation: "δ = dL/dh; da = δ⊙φ'(h); dL/dh' += d(da Uᵀ); d(x) = x, dropped: x ⊙ keep / (1 − rate)",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "H"], about: "out: da; in: da of later steps" },
    U: { access: "in", type: "f32", shape: ["H", "H"], about: "recurrent weights" },
    mask: MASK,
    key: KEY,
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream; out: total dL/dh",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["activation", "upstream", ...BACKWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(1),
  linearIn: ROWS,
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: ROWS_IN_CHUNKS }], persistentWork(2)),
    step: {
      passes: [
        { kernels: [plain], loop: ROWS, when: { dropped: 0 } },
        { kernels: [dropped], loop: ROWS, when: { dropped: 1 } },
      ],
    },
  },
});

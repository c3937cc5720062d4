/**
 * BPTT through `ugrnn-forward`, from the row of the final state (T, in reverse 0) to that of the initial state (0, in
 * reverse T), or a part of that way which later calls go on with. In: dh holds the upstream gradient of every state
 * (upstream = 1) or of the final one, and the rest is garbage (upstream = 0); what the initial state's row held is ignored
 * in both. Out: dh = total dL/dh of every row, and the record turns into da_z|da_n. A masked step has da = 0 and hands
 * its gradient on as it is.
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
  file: "ugrnn-backward.step",
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
  scalars: u32("t", "T", "B", "H", "reverse", "masked", "upstream"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["ugrnn-backward", "no-dropout", "load-state", ...BACKWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["2H", 1], ["8", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "ugrnn-backward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: ["ugrnn-backward", "recurrent-dropout", "dropout", "rng", "load-state", ...BACKWARD_LIB],
};

const persistent = persistentKernel("ugrnn-backward.persistent", {
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
  scalars: ["T", "reverse", "masked", "upstream"],
  lib: ["ugrnn-backward-gates", "recurrence-rows", "state-start", "load-state", ...PERSISTENT_BACKWARD_LIB],
  products: [[1, 2]],
  refines: false,
});

/** Contract of `ugrnn-backward`; see its equation and tensors. */
export const ugrnnBackward = defineOperation({
  name: "ugrnn-backward",
  equation:
    "δ = dL/dh; da_n = δ⊙z⊙(1−n²); da_z = δ⊙(n−h')⊙z⊙(1−z); dL/dh' += δ⊙(1−z) + d([da_z,da_n] Uᵀ); d(x) = x, dropped: x ⊙ keep / (1 − rate)",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: z|n; out: da_z|da_n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
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
  constants: ["upstream", ...BACKWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(2),
  linearIn: ROWS,
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: ROWS_IN_CHUNKS }], persistentWork(3)),
    step: {
      passes: [
        { kernels: [plain], loop: ROWS, when: { dropped: 0 } },
        { kernels: [dropped], loop: ROWS, when: { dropped: 1 } },
      ],
    },
  },
});

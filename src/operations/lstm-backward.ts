/**
 * BPTT through `lstm-forward`, from the row of the final states (T, in reverse 0) to that of the initial ones (0, in
 * reverse T), or a part of that way which later calls go on with. In: dh holds the upstream gradient of every h
 * (upstream = 1) or of the final one, and the rest is garbage (upstream = 0); dc holds the upstream gradient of the final c
 * (cellUpstream = 1) or garbage; whatever else dc and dh's row of the initial state held is ignored. Out: dh and dc = total
 * dL/dh and dL/dc of every row, where dL/dc includes the way through h; the record turns into da_i|da_f|da_g|da_o. A masked
 * step has da = 0 and hands both gradients on as they are.
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
  file: "lstm-backward.step",
  bindings: [...reads("c"), ...writes("record"), ...reads("U", "mask"), ...writes("dh", "dc")],
  scalars: u32("t", "T", "B", "H", "reverse", "masked", "upstream", "cellUpstream"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["lstm-backward", "no-dropout", "activations", ...BACKWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["4H", 1], ["8", 1]),
});

const dropped: Kernel = {
  ...plain,
  file: "lstm-backward.step.dropped",
  bindings: [...plain.bindings, ...reads("key")],
  scalars: [...plain.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: ["lstm-backward", "recurrent-dropout", "dropout", "rng", "activations", ...BACKWARD_LIB],
};

const persistent = persistentKernel("lstm-backward.persistent", {
  bindings: [...reads("c"), ...writes("record"), ...reads("U", "mask"), ...writes("dh", "dc")],
  scalars: ["T", "reverse", "masked", "upstream", "cellUpstream"],
  lib: ["lstm-backward-gates", "recurrence-rows", ...PERSISTENT_BACKWARD_LIB],
  products: [[1, 4]],
  refines: false,
});

/** Contract of `lstm-backward`; see its equation and tensors. */
export const lstmBackward = defineOperation({
  name: "lstm-backward",
  equation:
    "δ = dL/dh; da_o = δ⊙tanh(c)⊙o⊙(1−o); ε = dL/dc + δ⊙o⊙(1−tanh²(c)); da_i = ε⊙g⊙i⊙(1−i); da_f = ε⊙c'⊙f⊙(1−f); da_g = ε⊙i⊙(1−g²); dL/dc' = ε⊙f; dL/dh' += d([da_i,da_f,da_g,da_o] Uᵀ); d(x) = x, dropped: x ⊙ keep / (1 − rate)",
  source: "docs/equations.md",
  tensors: {
    c: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "cell states of the forward pass" },
    record: {
      access: "inout",
      type: "f32",
      shape: ["T", "B", "4", "H"],
      about: "in: i|f|g|o; out: da_i|da_f|da_g|da_o",
    },
    U: { access: "in", type: "f32", shape: ["H", "4H"], about: "recurrent weights i|f|g|o" },
    mask: MASK,
    key: KEY,
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream; out: total dL/dh",
    },
    dc: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream of the final c; out: total dL/dc",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["upstream", "cellUpstream", ...BACKWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(4),
  linearIn: ROWS,
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    persistent: persistentImplementation([{ kernels: [persistent], loop: ROWS_IN_CHUNKS }], persistentWork(5)),
    step: {
      passes: [
        { kernels: [plain], loop: ROWS, when: { dropped: 0 } },
        { kernels: [dropped], loop: ROWS, when: { dropped: 1 } },
      ],
    },
  },
});

/**
 * BPTT through `gru-forward`, from the row of the final state (T, in reverse 0) to that of the initial state (0, in reverse T), or a part of
 * that way which later calls go on with. In: dh holds the upstream gradient of every state (upstream = 1) or of the final one, and the
 * rest is garbage (upstream = 0); what the initial state's row held is ignored in both. Out: dh = total dL/dh of every row, and the record
 * turns into da_z|da_r|da_n|s (before) or da_z|da_r|da_n|dq (after). dh serves as carry, so gradient flow is there to be seen for free.
 */
import { defineOperation, type Kernel } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";
import {
  PERSISTENT_BACKWARD_LIB,
  type Products,
  persistentImplementation,
  persistentKernel,
  persistentWork,
  ROWS_IN_CHUNKS,
} from "./persistent-terms.ts";
import { BACKWARD_CONSTANTS, BACKWARD_LIB, KEY, MASK, ROWS, recurrentFlops } from "./recurrent-terms.ts";

const delta: Kernel = forAllModels({
  file: "gru-backward.step.delta",
  bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
  scalars: u32("t", "T", "B", "H", "reset", "activation", "reverse", "masked", "upstream"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["gru-backward-delta", "no-dropout", "activations", "load-state", ...BACKWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["3H", 1], ["8", 1]),
});

const deltaDropped: Kernel = {
  ...delta,
  file: "gru-backward.step.delta-dropped",
  bindings: [...delta.bindings, ...reads("key")],
  scalars: [...delta.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: ["gru-backward-delta", "recurrent-dropout", "dropout", "rng", "activations", "load-state", ...BACKWARD_LIB],
};

const reset: Kernel = forAllModels({
  file: "gru-backward.step.reset",
  bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("dh")],
  scalars: u32("t", "B", "H", "reverse"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["gru-backward-reset", "no-dropout", "load-state", ...BACKWARD_LIB],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["H", 1], ["8", 1]),
  // No step made the initial state.
  idle: (t, { reverse, T }) => t === (reverse === 1 ? T : 0),
});

const resetDropped: Kernel = {
  ...reset,
  file: "gru-backward.step.reset-dropped",
  bindings: [...reset.bindings, ...reads("key")],
  scalars: [...reset.scalars, ...u32("site"), ...f32("rate"), ...u32("keyPerModel")],
  lib: ["gru-backward-reset", "recurrent-dropout", "dropout", "rng", "load-state", ...BACKWARD_LIB],
};

const chunk = (file: string, lib: readonly string[], products: Products) =>
  persistentKernel(file, {
    bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
    scalars: ["T", "activation", "reverse", "masked", "upstream"],
    lib: [...lib, "state-start", "load-state", ...PERSISTENT_BACKWARD_LIB],
    products,
    refines: false,
  });

const before = chunk(
  "gru-backward.persistent.before",
  ["gru-backward-before"],
  [
    [1, 2],
    [1, 1],
  ],
);

const after = chunk("gru-backward.persistent.after", ["gru-backward-after", "recurrence-rows"], [[1, 3]]);

/** Contract of `gru-backward`; see its equation and tensors. */
export const gruBackward = defineOperation({
  name: "gru-backward",
  equation:
    "δ = dL/dh; da_n = δ⊙z⊙φ'(n); da_z = δ⊙(n−h')⊙z⊙(1−z); before: ds = da_n U_nᵀ, da_r = ds⊙h̃'⊙r⊙(1−r), dL/dh' += δ⊙(1−z) + d(ds⊙r + [da_z,da_r] U_zrᵀ); after: dq = da_n⊙r, da_r = da_n⊙q⊙r⊙(1−r), dL/dh' += δ⊙(1−z) + d([da_z,da_r,dq] Uᵀ); d(x) = x, dropped: x ⊙ keep / (1 − rate)",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: {
      access: "inout",
      type: "f32",
      shape: ["T", "B", "4", "H"],
      about: "in: gates; out: da_z|da_r|da_n|s or da_z|da_r|da_n|dq",
    },
    U: { access: "in", type: "f32", shape: ["H", "3H"], about: "recurrent weights z|r|n" },
    mask: MASK,
    key: KEY,
    dh: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "in: upstream; out: total dL/dh" },
  },
  extents: ["T", "B", "H"],
  constants: ["reset", "activation", "upstream", ...BACKWARD_CONSTANTS],
  scalars: [],
  flops: recurrentFlops(3),
  linearIn: ROWS,
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    persistent: persistentImplementation(
      [
        { kernels: [before], loop: ROWS_IN_CHUNKS, when: { reset: 0 } },
        { kernels: [after], loop: ROWS_IN_CHUNKS, when: { reset: 1 } },
      ],
      persistentWork(4),
    ),
    step: {
      passes: [
        { kernels: [delta, reset], loop: ROWS, when: { reset: 0, dropped: 0 } },
        { kernels: [deltaDropped, resetDropped], loop: ROWS, when: { reset: 0, dropped: 1 } },
        { kernels: [delta], loop: ROWS, when: { reset: 1, dropped: 0 } },
        { kernels: [deltaDropped], loop: ROWS, when: { reset: 1, dropped: 1 } },
      ],
    },
  },
});

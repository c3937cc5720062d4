/**
 * BPTT through `gru-forward`. In: dh[t+1] holds the upstream gradient of h[t+1] (constant upstream = 1) or only dh[T] does and the rest is
 * garbage (upstream = 0, a head on the last step); what dh[0] held is ignored in both. Out: dh[t+1] = total dL/dh[t+1], dh[0] = gradient of the initial state, and the record
 * turns into da_z|da_r|da_n|s (before) or da_z|da_r|da_n|dq (after). dh serves as carry, so gradient flow is there to be seen for free.
 */
import { defineOperation, type Kernel } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

const delta: Kernel = {
  file: "gru-backward.step.delta",
  bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("dh")],
  scalars: u32("t", "T", "B", "H", "reset", "activation", "upstream"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["linear-index", "activations"],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["3H", 1], ["8", 1]),
};

const reset: Kernel = {
  file: "gru-backward.step.reset",
  bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("dh")],
  scalars: u32("t", "B", "H"),
  sizes: { WORKGROUP_SIZE: 8 },
  lib: ["linear-index"],
  grid: invocations(["B", 8], ["H", 4]),
  trips: loops(["H", 1], ["8", 1]),
};

/** Contract of `gru-backward`; see its equation and tensors. */
export const gruBackward = defineOperation({
  name: "gru-backward",
  equation:
    "δ = dh[t+1]; da_n = δ⊙z⊙φ'(n); da_z = δ⊙(n−h')⊙z⊙(1−z); before: ds = da_n U_nᵀ, da_r = ds⊙h'⊙r⊙(1−r), dh[t] += δ⊙(1−z) + ds⊙r + [da_z,da_r] U_zrᵀ; after: dq = da_n⊙r, da_r = da_n⊙q⊙r⊙(1−r), dh[t] += δ⊙(1−z) + [da_z,da_r,dq] Uᵀ",
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
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream at 1…T; out: total dL/dh at 0…T",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["reset", "activation", "upstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        { kernels: [delta, reset], loop: { from: "T", to: 1 }, when: { reset: 0 } },
        { kernels: [delta], loop: { from: 0, to: 0 }, when: { reset: 0 } },
        { kernels: [delta], loop: { from: "T", to: 0 }, when: { reset: 1 } },
      ],
    },
  },
});

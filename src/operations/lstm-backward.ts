/**
 * BPTT through `lstm-forward`. In: dh[t+1] holds the upstream gradient of h[t+1] (constant upstream = 1) or only dh[T]
 * does and the rest is garbage (upstream = 0); dc[T] holds the upstream gradient of c[T] (cellUpstream = 1) or garbage;
 * whatever else dc and dh[0] held is ignored. Out: dh[t+1] and dc[t+1] = total dL/dh and dL/dc of step t, where dL/dc
 * includes the way through h; dh[0] and dc[0] = gradients of the initial states; the record turns into da_i|da_f|da_g|da_o.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `lstm-backward`; see its equation and tensors. */
export const lstmBackward = defineOperation({
  name: "lstm-backward",
  equation:
    "δ = dh[t+1]; da_o = δ⊙tanh(c)⊙o⊙(1−o); dc[t+1] += δ⊙o⊙(1−tanh²(c)); ε = dc[t+1]; da_i = ε⊙g⊙i⊙(1−i); da_f = ε⊙c'⊙f⊙(1−f); da_g = ε⊙i⊙(1−g²); dc[t] = ε⊙f; dh[t] += [da_i,da_f,da_g,da_o] Uᵀ",
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
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream at 1…T; out: total dL/dh at 0…T",
    },
    dc: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream at T; out: total dL/dc at 0…T",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["upstream", "cellUpstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "lstm-backward.step",
              bindings: [...reads("c"), ...writes("record"), ...reads("U"), ...writes("dh", "dc")],
              scalars: u32("t", "T", "B", "H", "upstream", "cellUpstream"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["4H", 1], ["8", 1]),
            },
          ],
          loop: { from: "T", to: 0 },
        },
      ],
    },
  },
});

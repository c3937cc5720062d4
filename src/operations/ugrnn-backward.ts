/**
 * BPTT through `ugrnn-forward`. In: dh[t+1] holds the upstream gradient of h[t+1] (constant upstream = 1) or only dh[T]
 * does and the rest is garbage (upstream = 0); what dh[0] held is ignored in both. Out: dh[t+1] = total dL/dh[t+1],
 * dh[0] = gradient of the initial state, and the record turns into da_z|da_n.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `ugrnn-backward`; see its equation and tensors. */
export const ugrnnBackward = defineOperation({
  name: "ugrnn-backward",
  equation: "δ = dh[t+1]; da_n = δ⊙z⊙(1−n²); da_z = δ⊙(n−h')⊙z⊙(1−z); dh[t] += δ⊙(1−z) + [da_z,da_n] Uᵀ",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: z|n; out: da_z|da_n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream at 1…T; out: total dL/dh at 0…T",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["upstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "ugrnn-backward.step",
              bindings: [...reads("h"), ...writes("record"), ...reads("U"), ...writes("dh")],
              scalars: u32("t", "T", "B", "H", "upstream"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["2H", 1], ["8", 1]),
            },
          ],
          loop: { from: "T", to: 0 },
        },
      ],
    },
  },
});

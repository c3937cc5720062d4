/**
 * BPTT through `lstm-forward`, from the row of the final states (T, in reverse 0) to that of the initial ones (0, in
 * reverse T), or a part of that way which later calls go on with. In: dh holds the upstream gradient of every h
 * (upstream = 1) or of the final one, and the rest is garbage (upstream = 0); dc holds the upstream gradient of the final c
 * (cellUpstream = 1) or garbage; whatever else dc and dh's row of the initial state held is ignored. Out: dh and dc = total
 * dL/dh and dL/dc of every row, where dL/dc includes the way through h; the record turns into da_i|da_f|da_g|da_o. A masked
 * step has da = 0 and hands both gradients on as they are.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `lstm-backward`; see its equation and tensors. */
export const lstmBackward = defineOperation({
  name: "lstm-backward",
  equation:
    "δ = dL/dh; da_o = δ⊙tanh(c)⊙o⊙(1−o); ε = dL/dc + δ⊙o⊙(1−tanh²(c)); da_i = ε⊙g⊙i⊙(1−i); da_f = ε⊙c'⊙f⊙(1−f); da_g = ε⊙i⊙(1−g²); dL/dc' = ε⊙f; dL/dh' += [da_i,da_f,da_g,da_o] Uᵀ",
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
    mask: { access: "in", type: "f32", shape: ["T", "B"], about: "0 where a step is left out; read if masked = 1" },
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
  constants: ["reverse", "masked", "fromRow", "toRow", "upstream", "cellUpstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "lstm-backward.step",
              bindings: [...reads("c"), ...writes("record"), ...reads("U", "mask"), ...writes("dh", "dc")],
              scalars: u32("t", "T", "B", "H", "reverse", "masked", "upstream", "cellUpstream"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index", "activations"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["4H", 1], ["8", 1]),
            },
          ],
          loop: { from: "fromRow", to: "toRow" },
        },
      ],
    },
  },
});

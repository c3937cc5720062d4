/**
 * BPTT through `ugrnn-forward`, from the row of the final state (T, in reverse 0) to that of the initial state (0, in
 * reverse T), or a part of that way which later calls go on with. In: dh holds the upstream gradient of every state
 * (upstream = 1) or of the final one, and the rest is garbage (upstream = 0); what the initial state's row held is ignored
 * in both. Out: dh = total dL/dh of every row, and the record turns into da_z|da_n. A masked step has da = 0 and hands
 * its gradient on as it is.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `ugrnn-backward`; see its equation and tensors. */
export const ugrnnBackward = defineOperation({
  name: "ugrnn-backward",
  equation: "δ = dL/dh; da_n = δ⊙z⊙(1−n²); da_z = δ⊙(n−h')⊙z⊙(1−z); dL/dh' += δ⊙(1−z) + [da_z,da_n] Uᵀ",
  source: "docs/equations.md",
  tensors: {
    h: { access: "in", type: "f32", shape: ["T+1", "B", "H"], about: "states of the forward pass" },
    record: { access: "inout", type: "f32", shape: ["T", "B", "2", "H"], about: "in: z|n; out: da_z|da_n" },
    U: { access: "in", type: "f32", shape: ["H", "2H"], about: "recurrent weights z|n" },
    mask: { access: "in", type: "f32", shape: ["T", "B"], about: "0 where a step is left out; read if masked = 1" },
    dh: {
      access: "inout",
      type: "f32",
      shape: ["T+1", "B", "H"],
      about: "in: upstream; out: total dL/dh",
    },
  },
  extents: ["T", "B", "H"],
  constants: ["reverse", "masked", "fromRow", "toRow", "upstream"],
  scalars: [],
  tolerance: { relative: 5e-5, reason: "f32 sums in another order, carried over T steps" },
  implementations: {
    step: {
      passes: [
        {
          kernels: [
            {
              file: "ugrnn-backward.step",
              bindings: [...reads("h"), ...writes("record"), ...reads("U", "mask"), ...writes("dh")],
              scalars: u32("t", "T", "B", "H", "reverse", "masked", "upstream"),
              sizes: { WORKGROUP_SIZE: 8 },
              lib: ["linear-index"],
              grid: invocations(["B", 8], ["H", 4]),
              trips: loops(["2H", 1], ["8", 1]),
            },
          ],
          loop: { from: "fromRow", to: "toRow" },
        },
      ],
    },
  },
});

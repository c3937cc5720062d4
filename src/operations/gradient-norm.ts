/**
 * Global L2 norm of the flat gradient buffer (its padding is 0). A norm that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, invocations, loops, oneWorkgroup, perModel, reads, u32, writes } from "./kernel-terms.ts";

const squared = [...reads("grads"), ...writes("sums")];
const rooted = [...reads("sums"), ...writes("norm", "flags")];

/** Contract of `gradient-norm`; see its equation and tensors. */
export const gradientNorm = defineOperation({
  name: "gradient-norm",
  equation: "norm = √(Σ_p grads[p]²)",
  source: "Pascanu et al. 2013, global norm",
  tensors: {
    grads: { access: "in", type: "f32", shape: ["P"], about: "flat gradients" },
    norm: { access: "out", type: "f32", shape: ["1"], about: "global norm before clipping" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["P"],
  constants: ["flagBit"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            {
              file: "gradient-norm.lanes.square",
              bindings: squared,
              scalars: [...u32("P"), ...perModel(squared)],
              sizes: { WORKGROUP_SIZE: 16, LANES: 128 },
              lib: ["linear-index"],
              grid: invocations(["LANES", 1]),
              trips: loops(["P", "4·LANES"]),
            },
            {
              file: "gradient-norm.lanes.root",
              bindings: rooted,
              scalars: [...u32("flagBit"), ...perModel(rooted)],
              sizes: { WORKGROUP_SIZE: 16, LANES: 128 },
              lib: ["finite"],
              grid: oneWorkgroup,
              trips: loops(["LANES", "WORKGROUP_SIZE"], ["WORKGROUP_SIZE", 1]),
            },
          ],
        },
      ],
      hardware: { LANES: 4096 },
      scratch: { sums: elements(["LANES", 1]) },
    },
  },
});

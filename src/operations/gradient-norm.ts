/**
 * Global L2 norm of the flat gradient buffer (its padding is 0). A norm that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";

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
  implementations: {},
});

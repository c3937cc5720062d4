/**
 * Gradient of `gather-forward` with respect to W: a sum of rows by id, in ascending n so that two runs agree bit for bit (no atomics).
 */
import { defineOperation } from "../core/operation.ts";

/** Contract of `gather-backward`; see its equation and tensors. */
export const gatherBackward = defineOperation({
  name: "gather-backward",
  equation: "dW[d, c] = Σ_{n: ids[n] = d} da[daOffset + n·daStride + c]",
  source: "docs/equations.md",
  tensors: {
    ids: { access: "in", type: "u32", shape: ["N"], about: "row of W for each n, < D" },
    da: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "gradient rows, at daOffset with daStride",
      window: { offset: "daOffset", stride: "daStride" },
    },
    dW: { access: "out", type: "f32", shape: ["D", "C"], about: "overwritten, rows without an id become 0" },
  },
  extents: ["N", "D", "C"],
  constants: ["daOffset", "daStride"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {},
});

/**
 * A linear loss whose gradient is a given tensor (with count = 1): how verification injects upstream gradients through the Program itself. A logit that is not finite sets `flagBit` in flags.
 * Rows with mask 0 give loss and gradient 0. dlogits row n is written at dOffset + n·dStride.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `loss-linear`; see its equation and tensors. */
export const lossLinear = defineOperation({
  name: "loss-linear",
  equation: "rowLoss[n] = mask[n] Σ_v t·p; dlogits = mask[n] t / count",
  source: "a vector–Jacobian seed: L = Σ g⊙y / count",
  tensors: {
    logits: {
      access: "in",
      type: "f32",
      shape: ["N", "V"],
      about: "predictions before σ or softmax, at pOffset with pStride",
      window: { offset: "pOffset", stride: "pStride" },
    },
    target: { access: "in", type: "f32", shape: ["N", "V"], about: "targets" },
    mask: { access: "in", type: "f32", shape: ["N"], about: "1 counts, 0 does not" },
    count: { access: "in", type: "f32", shape: ["1"], about: "rows that count" },
    rowLoss: { access: "out", type: "f32", shape: ["N"], about: "unnormalised loss of each row" },
    dlogits: {
      access: "inout",
      type: "f32",
      shape: ["N", "V"],
      about: "dL/dlogits, at dOffset with dStride; the rest stays",
      window: { offset: "dOffset", stride: "dStride" },
    },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["N", "V"],
  constants: ["pOffset", "pStride", "dOffset", "dStride", "flagBit"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "exp and log of the adapter: log is 4.8e-7 absolute near 1" },
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            {
              file: "loss-linear.row",
              bindings: [...reads("logits", "target", "mask", "count"), ...writes("rowLoss", "dlogits", "flags")],
              scalars: u32("N", "V", "pOffset", "pStride", "dOffset", "dStride", "flagBit"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "finite"],
              grid: invocations(["N", 1]),
              trips: loops(["V", 1]),
            },
          ],
        },
      ],
    },
  },
});

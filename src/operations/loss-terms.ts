/**
 * What every loss has in common: predictions and their gradient inside larger rows, a mask, a count, flags. Each loss adds
 * its own target and equation.
 *
 * Rows with mask 0 give loss and gradient 0. A raw logit that is not finite sets `flagBit` in flags.
 */
import type { Implementation } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Predictions before σ or softmax. */
export const LOGITS = {
  access: "in",
  type: "f32",
  shape: ["N", "V"],
  about: "predictions before σ or softmax, at pOffset with pStride",
  window: { offset: "pOffset", stride: "pStride" },
} as const;

/** Targets that are numbers, one for each prediction. */
export const NUMERIC_TARGET = { access: "in", type: "f32", shape: ["N", "V"], about: "targets" } as const;

/** Tensors behind the target, in binding order. */
export const LOSS_RESULTS = {
  mask: { access: "in", type: "f32", shape: ["N"], about: "weight of each row: 1 counts, 0 does not" },
  count: { access: "in", type: "f32", shape: ["1"], about: "divisor of the mean: the sum of the weights" },
  rowLoss: { access: "out", type: "f32", shape: ["N"], about: "unnormalised loss of each row" },
  dlogits: {
    access: "inout",
    type: "f32",
    shape: ["N", "V"],
    about: "dL/dlogits, at dOffset with dStride; the rest stays",
    window: { offset: "dOffset", stride: "dStride" },
  },
  flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
} as const;

/** Constants of every loss. */
export const LOSS_CONSTANTS = ["pOffset", "pStride", "dOffset", "dStride", "flagBit"] as const;

/** What only one loss has: shared WGSL, constants (f32), and tensors that it reads besides. */
export interface LossTerms {
  readonly lib?: readonly string[];
  readonly numbers?: readonly string[];
  readonly inputs?: readonly string[];
}

/** The implementation `row` of a loss: one invocation for each row, `sweeps` loops over its V elements. */
export function lossByRow(
  file: string,
  sweeps: number,
  { lib = [], numbers = [], inputs = [] }: LossTerms = {},
): Readonly<Record<string, Implementation>> {
  const kernel = forAllModels({
    file,
    bindings: [...reads("logits", "target", "mask", "count", ...inputs), ...writes("rowLoss", "dlogits", "flags")],
    scalars: [...u32("N", "V", ...LOSS_CONSTANTS), ...f32(...numbers)],
    sizes: { WORKGROUP_SIZE: 16 },
    lib: ["linear-index", "finite", ...lib],
    grid: invocations(["N", 1]),
    trips: loops([`${sweeps}V`, 1]),
  });
  return { row: { passes: [{ kernels: [kernel] }] } };
}

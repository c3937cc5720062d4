/**
 * What every optimizer has in common: one step over the flat parameter buffer, clipping, and a row of the metrics ring.
 * While `flags` is not 0 parameters, state and metrics stay untouched, so the state is that of the last good step however
 * late the host looks.
 *
 * Clipping is by global norm first (factor as torch.nn.utils.clip_grad_norm_), then by value (torch's
 * clip_grad_value_); 0 switches either off. Weight decay (L2) is added to what clipping left, as in PyTorch, and so is L1,
 * whose slope at 0 is 0. Both take every parameter alike, biases included: an optimizer knows one flat buffer.
 */
import type { Implementation, KernelScalar } from "../core/operation.ts";
import { f32, forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** The gradients, and the parameters they change. */
export const OPTIMIZED = {
  grads: { access: "in", type: "f32", shape: ["P"], about: "flat gradients" },
  params: { access: "inout", type: "f32", shape: ["P"], about: "flat parameters" },
} as const;

/** Tensors behind the state, in binding order. */
export const OPTIMIZER_METRICS = {
  norm: { access: "in", type: "f32", shape: ["1"], about: "global gradient norm" },
  loss: { access: "in", type: "f32", shape: ["1"], about: "loss of this step" },
  flags: { access: "in", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  metrics: {
    access: "inout",
    type: "f32",
    shape: ["M", "4"],
    about: "ring of loss|norm|clip factor|learning rate, row `slot`; a flagged step is told by flags",
  },
} as const;

/** Run-time scalars of every optimizer; `clip` is the largest norm, `clipValue` the largest element, `l1` the slope of L1. */
export const OPTIMIZER_SCALARS = ["learningRate", "clip", "clipValue", "l1", "slot"] as const;

/** The gradient that every optimizer works with, before weight decay; sign(0) = 0. */
export const CLIPPED =
  "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; g = f·grads, held within ±clipValue if that is > 0; g += l1·sign(params)";

/** Elementwise, so any order of work gives the same bits. */
export const OPTIMIZER_TOLERANCE = {
  relative: 1e-6,
  reason: "elementwise; division and square root are exact to an ulp or two",
} as const;

/**
 * The implementation `lanes` of an optimizer: a fixed number of lanes stride over all parameters. `words` (u32) and
 * `numbers` (f32) are the scalars that only this optimizer has.
 */
export function optimizerByLanes(
  file: string,
  words: readonly string[],
  numbers: readonly string[],
): Readonly<Record<string, Implementation>> {
  const scalars: readonly KernelScalar[] = [
    ...u32("P", "slot", ...words),
    ...f32("learningRate", "clip", "clipValue", "l1", ...numbers),
  ];
  const kernel = forAllModels({
    scalarsPerModel: true,
    file,
    bindings: [
      ...reads("grads"),
      ...writes("params", "state"),
      ...reads("norm", "loss", "flags"),
      ...writes("metrics"),
    ],
    scalars,
    sizes: { WORKGROUP_SIZE: 16, LANES: 256 },
    lib: ["linear-index", "clip"],
    grid: invocations(["LANES", 1]),
    trips: loops(["P", "4·LANES"]),
  });
  return { lanes: { passes: [{ kernels: [kernel] }], hardware: { LANES: 16_384 } } };
}

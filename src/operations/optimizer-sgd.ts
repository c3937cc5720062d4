/**
 * One step over the flat parameter buffer, with clipping by global norm (factor as torch.nn.utils.clip_grad_norm_; `clip` 0 means off).
 * While `flags` is not 0 parameters, state and metrics stay untouched, so the state is that of the last good step however late the host looks.
 * `first` is 1 at the first step, where the buffer becomes g.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `optimizer-sgd`; see its equation and tensors. */
export const optimizerSgd = defineOperation({
  name: "optimizer-sgd",
  equation:
    "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; g = f·grads; buf = first ? g : momentum·buf + g; params −= learningRate·(momentum > 0 ? buf : g)",
  source: "PyTorch's SGD without dampening; golden README",
  tensors: {
    grads: { access: "in", type: "f32", shape: ["P"], about: "flat gradients" },
    params: { access: "inout", type: "f32", shape: ["P"], about: "flat parameters" },
    state: { access: "inout", type: "f32", shape: ["1", "P"], about: "momentum buffer" },
    norm: { access: "in", type: "f32", shape: ["1"], about: "global gradient norm" },
    loss: { access: "in", type: "f32", shape: ["1"], about: "loss of this step" },
    flags: { access: "in", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
    metrics: {
      access: "inout",
      type: "f32",
      shape: ["M", "4"],
      about: "ring of loss|norm|clip factor|learning rate, row `slot`; a flagged step is told by flags",
    },
  },
  extents: ["P", "M"],
  constants: [],
  scalars: ["learningRate", "clip", "slot", "momentum", "first"],
  tolerance: { relative: 1e-6, reason: "elementwise; division and square root are exact to an ulp or two" },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            {
              file: "optimizer-sgd.lanes",
              bindings: [
                ...reads("grads"),
                ...writes("params", "state"),
                ...reads("norm", "loss", "flags"),
                ...writes("metrics"),
              ],
              scalars: [...u32("P", "slot", "first"), ...f32("learningRate", "clip", "momentum")],
              sizes: { WORKGROUP_SIZE: 16, LANES: 1024 },
              lib: ["linear-index"],
              grid: invocations(["LANES", 1]),
              trips: loops(["P", "LANES"]),
            },
          ],
        },
      ],
    },
  },
});

/**
 * One step over the flat parameter buffer, with clipping by global norm (factor as torch.nn.utils.clip_grad_norm_; `clip` 0 means off).
 * While `flags` is not 0 parameters, state and metrics stay untouched, so the state is that of the last good step however late the host looks.
 * gain1 = 1−β₁, gain2 = 1−β₂, correction1 = 1−β₁ⁱ and correction2 = 1−β₂ⁱ are computed in f64 on the host and rounded
 * once: in f32, 1 − 0.999 is off by 5e-5, and so would be every v.
 */
import { defineOperation } from "../core/operation.ts";
import { f32, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `optimizer-adam`; see its equation and tensors. */
export const optimizerAdam = defineOperation({
  name: "optimizer-adam",
  equation:
    "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; g = f·grads; m = β₁m + gain1·g; v = β₂v + gain2·g²; params −= learningRate·(m/c1)/(√(v/c2) + epsilon)",
  source: "Kingma & Ba 2015, PyTorch's placement of epsilon",
  tensors: {
    grads: { access: "in", type: "f32", shape: ["P"], about: "flat gradients" },
    params: { access: "inout", type: "f32", shape: ["P"], about: "flat parameters" },
    state: { access: "inout", type: "f32", shape: ["2", "P"], about: "first moments m, then second moments v" },
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
  scalars: [
    "learningRate",
    "clip",
    "slot",
    "beta1",
    "beta2",
    "gain1",
    "gain2",
    "epsilon",
    "correction1",
    "correction2",
  ],
  tolerance: { relative: 1e-6, reason: "elementwise; division and square root are exact to an ulp or two" },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            {
              file: "optimizer-adam.lanes",
              bindings: [
                ...reads("grads"),
                ...writes("params", "state"),
                ...reads("norm", "loss", "flags"),
                ...writes("metrics"),
              ],
              scalars: [
                ...u32("P", "slot"),
                ...f32(
                  "learningRate",
                  "clip",
                  "beta1",
                  "beta2",
                  "gain1",
                  "gain2",
                  "epsilon",
                  "correction1",
                  "correction2",
                ),
              ],
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

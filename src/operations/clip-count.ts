/**
 * How many gradients clipping by value cuts off, after clipping by norm, with the comparison of the optimizers. Played on
 * its own, and only at steps that clip by value, so that other steps pay nothing for it.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, f32, forAllModels, invocations, loops, oneWorkgroup, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `clip-count`; see its equation and tensors. */
export const clipCount = defineOperation({
  name: "clip-count",
  equation: "f = clip > 0 ? min(1, clip/(norm + 1e-6)) : 1; clipped[slot] = number of p with |f·grads[p]| > clipValue",
  source: "Pascanu et al. 2013 (norm); torch.nn.utils.clip_grad_value_",
  tensors: {
    grads: { access: "in", type: "f32", shape: ["P"], about: "flat gradients" },
    norm: { access: "in", type: "f32", shape: ["1"], about: "global gradient norm" },
    clipped: { access: "inout", type: "u32", shape: ["M"], about: "ring of counts, row `slot`" },
  },
  extents: ["P", "M"],
  constants: [],
  scalars: ["clip", "clipValue", "slot"],
  tolerance: {
    relative: 1e-6,
    reason: "whole numbers, compared exactly; only a product within rounding of the limit could fall on the other side",
  },
  implementations: {
    lanes: {
      passes: [
        {
          kernels: [
            forAllModels({
              scalarsPerModel: true,
              file: "clip-count.lanes.count",
              bindings: [...reads("grads", "norm"), ...writes("counts")],
              scalars: [...u32("P"), ...f32("clip", "clipValue")],
              sizes: { WORKGROUP_SIZE: 16, LANES: 1024 },
              lib: ["linear-index", "clip"],
              grid: invocations(["LANES", 1]),
              trips: loops(["P", "LANES"]),
            }),
            forAllModels({
              file: "clip-count.lanes.sum",
              bindings: [...reads("counts"), ...writes("clipped")],
              scalars: u32("slot"),
              sizes: { WORKGROUP_SIZE: 16, LANES: 1024 },
              grid: oneWorkgroup,
              trips: loops(["LANES", "WORKGROUP_SIZE"], ["WORKGROUP_SIZE", 1]),
            }),
          ],
        },
      ],
      scratch: { counts: elements(["LANES", 1]) },
    },
  },
});

/**
 * Gradient of `activation-forward`, from the activations themselves: 0 = tanh, 1 = ReLU, 2 = σ.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `activation-backward`; see its equation and tensors. */
export const activationBackward = defineOperation({
  name: "activation-backward",
  equation: "da = dy⊙φ'; φ' = 1−y² (tanh), y > 0 (ReLU) or y⊙(1−y) (σ)",
  source: "docs/equations.md",
  tensors: {
    y: { access: "in", type: "f32", shape: ["N", "C"], about: "activations" },
    dy: { access: "in", type: "f32", shape: ["N", "C"], about: "upstream gradient" },
    da: { access: "out", type: "f32", shape: ["N", "C"], about: "overwritten" },
  },
  extents: ["N", "C"],
  constants: ["activation"],
  scalars: [],
  tolerance: { relative: 1e-6, reason: "three rounded operations" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "activation-backward.element",
              bindings: [...reads("y", "dy"), ...writes("da")],
              scalars: u32("N", "C", "activation"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "activations"],
              grid: invocations(["N·C", 4]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

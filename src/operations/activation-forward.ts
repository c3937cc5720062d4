/**
 * The activation of a dense layer, element by element: 0 = tanh, 1 = ReLU, 2 = σ. A linear layer has no such call, and
 * softmax, which looks at whole rows, has its own. A raw pre-activation that is not finite sets `flagBit` in flags.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `activation-forward`; see its equation and tensors. */
export const activationForward = defineOperation({
  name: "activation-forward",
  equation: "y = φ(a), φ = tanh, ReLU or σ",
  source: "docs/equations.md",
  tensors: {
    a: { access: "in", type: "f32", shape: ["N", "C"], about: "pre-activations" },
    y: { access: "out", type: "f32", shape: ["N", "C"], about: "activations" },
    flags: { access: "inout", type: "u32", shape: ["1"], about: "sticky bits: not finite" },
  },
  extents: ["N", "C"],
  constants: ["activation", "flagBit"],
  scalars: [],
  tolerance: { relative: 2e-6, reason: "exp of the adapter" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "activation-forward.element",
              bindings: [...reads("a"), ...writes("y", "flags")],
              scalars: u32("N", "C", "activation", "flagBit"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index", "activations", "finite"],
              grid: invocations(["N·C", 4]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

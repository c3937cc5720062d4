/**
 * Gradient of `softmax-forward`, from the probabilities themselves.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `softmax-backward`; see its equation and tensors. */
export const softmaxBackward = defineOperation({
  name: "softmax-backward",
  equation: "da[n,c] = y[n,c]·(dy[n,c] − Σ_k dy[n,k]·y[n,k])",
  source: "docs/equations.md",
  tensors: {
    y: { access: "in", type: "f32", shape: ["N", "C"], about: "probabilities" },
    dy: { access: "in", type: "f32", shape: ["N", "C"], about: "upstream gradient" },
    da: { access: "out", type: "f32", shape: ["N", "C"], about: "overwritten" },
  },
  extents: ["N", "C"],
  constants: [],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    row: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "softmax-backward.row",
              bindings: [...reads("y", "dy"), ...writes("da")],
              scalars: u32("N", "C"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(["2C", 1]),
            }),
          ],
        },
      ],
    },
  },
});

/**
 * Moves the last state of a sequence to the front, h[0] = h[T], so that the next play continues it: generation step by step, carried state.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, u32, writes } from "./kernel-terms.ts";

/** Contract of `carry-state`; see its equation and tensors. */
export const carryState = defineOperation({
  name: "carry-state",
  equation: "h[0] = h[T]",
  source: "docs/equations.md",
  tensors: {
    h: { access: "inout", type: "f32", shape: ["T+1", "B", "H"], about: "h[T] is copied to h[0]" },
  },
  extents: ["T", "B", "H"],
  constants: [],
  scalars: [],
  tolerance: { relative: 0, reason: "copies and integer arithmetic only" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "carry-state.element",
              bindings: writes("h"),
              scalars: u32("T", "B", "H"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["B·H", 1]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

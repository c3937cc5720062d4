/**
 * One vector into every row: a learned initial state [H] becomes the start of every sequence. Its gradient is the sum over
 * those rows, `bias-gradient` of the same rows of dh.
 */
import { defineOperation } from "../core/operation.ts";
import { forAllModels, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `broadcast-row`; see its equation and tensors. */
export const broadcastRow = defineOperation({
  name: "broadcast-row",
  equation: "out[outOffset + n·C + c] = row[c]",
  source: "docs/equations.md",
  tensors: {
    row: { access: "in", type: "f32", shape: ["C"], about: "the vector" },
    out: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "packed rows from outOffset; the rest stays",
      window: { offset: "outOffset" },
    },
  },
  extents: ["N", "C"],
  constants: ["outOffset"],
  scalars: [],
  tolerance: { relative: 0, reason: "copies only" },
  implementations: {
    element: {
      passes: [
        {
          kernels: [
            forAllModels({
              file: "broadcast-row.element",
              bindings: [...reads("row"), ...writes("out")],
              scalars: u32("N", "C", "outOffset"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N·C", 1]),
              trips: loops(),
            }),
          ],
        },
      ],
    },
  },
});

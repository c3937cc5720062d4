/**
 * Gradient of `gather-forward` with respect to W: a sum of rows by id, in ascending n so that two runs agree bit
 * for bit (no atomics). The id `padding` stands for nothing and its row has no gradient; D, which no id reaches, for none.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, invocations, loops, reads, u32, writes } from "./kernel-terms.ts";

/** Contract of `gather-backward`; see its equation and tensors. */
export const gatherBackward = defineOperation({
  name: "gather-backward",
  equation: "dW[d, c] = Σ_{n: ids[n] = d} da[daOffset + n·daStride + c], or 0 where d = padding",
  source: "docs/equations.md",
  tensors: {
    ids: { access: "in", type: "u32", shape: ["N"], about: "row of W for each n, < D" },
    da: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "gradient rows, at daOffset with daStride",
      window: { offset: "daOffset", stride: "daStride" },
    },
    dW: { access: "out", type: "f32", shape: ["D", "C"], about: "overwritten, rows without an id become 0" },
  },
  extents: ["N", "D", "C"],
  constants: ["daOffset", "daStride", "padding"],
  scalars: [],
  tolerance: { relative: 1e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    list: {
      passes: [
        {
          kernels: [
            {
              file: "gather-backward.list.clear",
              bindings: writes("first"),
              scalars: [],
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", "SLAB_ROWS"], ["D", 1]),
              trips: loops(),
            },
            {
              file: "gather-backward.list.link",
              bindings: [...reads("ids"), ...writes("first", "next")],
              scalars: u32("N", "D"),
              sizes: { WORKGROUP_SIZE: 16, SLAB_ROWS: 8192 },
              lib: ["linear-index"],
              grid: invocations(["N", 1]),
              trips: loops(["SLAB_ROWS", 1]),
            },
            {
              file: "gather-backward.list.sum",
              bindings: [...reads("first", "next", "da"), ...writes("slabs")],
              scalars: u32("C", "daOffset", "daStride"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", "SLAB_ROWS"], ["D", 1], ["C", 4]),
              trips: loops(["SLAB_ROWS", 1]),
            },
            {
              file: "gather-backward.list.total",
              bindings: [...reads("slabs"), ...writes("dW")],
              scalars: u32("D", "C", "padding"),
              sizes: { WORKGROUP_SIZE: 16 },
              lib: ["linear-index"],
              grid: invocations(["D·C", 1]),
              trips: loops(["N", "SLAB_ROWS"]),
            },
          ],
        },
      ],
      scratch: {
        first: elements(["N", "SLAB_ROWS"], ["D", 1]),
        next: elements(["N", 1]),
        slabs: elements(["N", "SLAB_ROWS"], ["D·C", 1]),
      },
    },
  },
});

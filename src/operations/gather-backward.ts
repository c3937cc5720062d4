/**
 * Gradient of `gather-forward` with respect to W: a sum of rows by id, in ascending n so that two runs agree bit
 * for bit (no atomics). The id `padding` stands for nothing and its row has no gradient; D, which no id reaches, for none.
 */
import { defineOperation } from "../core/operation.ts";
import { elements, invocations, loops, perModel, reads, u32, writes } from "./kernel-terms.ts";
import { slabCount, slabElements, slabInvocations, slabRows, whereCut } from "./slabs.ts";

/** Invocations that share a row own one id and 8 columns each. */
const SLABS = slabCount("N", ["D", 1], ["C", 8]);

const linked = [...reads("ids"), ...writes("first", "next")];
const summed = [...reads("first", "next", "da"), ...writes("slabs", "dW")];
const added = [...reads("slabs"), ...writes("dW")];

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
              file: "gather-backward.list.link",
              bindings: linked,
              scalars: [...u32("N", "D"), ...perModel(linked)],
              sizes: { WORKGROUP_SIZE: 4, BLOCK_ROWS: 512 },
              lib: ["linear-index"],
              grid: invocations(["N", "BLOCK_ROWS"]),
              trips: loops(["D", 1], ["BLOCK_ROWS", 1]),
            },
            {
              file: "gather-backward.list.sum",
              bindings: summed,
              scalars: [...u32("N", "D", "C", "daOffset", "daStride", "padding"), ...perModel(summed)],
              sizes: { WORKGROUP_SIZE: 4, LANES: 16, BLOCK_ROWS: 512 },
              lib: ["linear-index", "slabs"],
              grid: slabInvocations(SLABS, ["D", 1], ["C", 8]),
              trips: slabRows(SLABS, "N", "BLOCK_ROWS"),
            },
            {
              file: "gather-backward.list.total",
              bindings: added,
              scalars: [...u32("N", "D", "C"), ...perModel(added)],
              sizes: { WORKGROUP_SIZE: 4, LANES: 16 },
              lib: ["linear-index", "slabs"],
              grid: whereCut(SLABS, invocations(["D·C", 1])),
              trips: SLABS,
            },
          ],
        },
      ],
      hardware: { LANES: 8192, BLOCK_ROWS: 64 },
      scratch: {
        first: elements(["N", "BLOCK_ROWS"], ["D", 1]),
        next: elements(["N", 1]),
        slabs: slabElements(SLABS, ["D·C", 1]),
      },
    },
  },
});

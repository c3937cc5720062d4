/**
 * The projection of token ids: a one-hot row times W is a row of W, so a row gather replaces the GEMM and no one-hot tensor
 * exists. An embedding is the same without a bias (biased = 0); whatever is bound as b is then not read.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, loops, perModel, reads, u32, writes } from "./kernel-terms.ts";

const bindings = [...reads("ids", "W", "b"), ...writes("out")];

/** Contract of `gather-forward`; see its equation and tensors. */
export const gatherForward = defineOperation({
  name: "gather-forward",
  equation: "out[outOffset + n·outStride + c] = (b[c], if biased) + W[ids[n], c]",
  source: "docs/equations.md",
  tensors: {
    ids: { access: "in", type: "u32", shape: ["N"], about: "row of W for each n, < D" },
    W: { access: "in", type: "f32", shape: ["D", "C"], about: "weights" },
    b: { access: "in", type: "f32", shape: ["C"], about: "bias; not read while biased = 0" },
    out: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "rows, at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "D", "C"],
  constants: ["outOffset", "outStride", "biased"],
  scalars: [],
  tolerance: { relative: 1e-6, reason: "one rounded addition" },
  implementations: {
    tile: {
      passes: [
        {
          kernels: [
            {
              file: "gather-forward.tile",
              bindings,
              scalars: [...u32("N", "C", "outOffset", "outStride", "biased"), ...perModel(bindings)],
              sizes: { WORKGROUP_SIZE: 16, ROWS: 16 },
              lib: ["linear-index"],
              grid: invocations(["N", "ROWS"], ["C", 8]),
              trips: loops(["ROWS", 1]),
            },
          ],
        },
      ],
      hardware: { ROWS: 2 },
    },
  },
});

/**
 * Gradient of a bias: column sums of da or dlogits.
 */
import { defineOperation } from "../core/operation.ts";
import { invocations, perModel, reads, u32, writes } from "./kernel-terms.ts";
import { slabCount, slabElements, slabInvocations, slabRows, whereCut } from "./slabs.ts";

/** Invocations that share a row own 8 columns each. */
const SLABS = slabCount("N", ["C", 8]);

const summed = [...reads("right"), ...writes("slabs", "db")];
const added = [...reads("slabs"), ...writes("db")];

/** Contract of `bias-gradient`; see its equation and tensors. */
export const biasGradient = defineOperation({
  name: "bias-gradient",
  equation: "db[outOffset + c] = Σ_n right[rightOffset + n·rightStride + c]",
  source: "docs/equations.md",
  tensors: {
    right: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "da or dlogits",
      window: { offset: "rightOffset", stride: "rightStride" },
    },
    db: {
      access: "inout",
      type: "f32",
      shape: ["C"],
      about: "overwritten at outOffset; the rest stays",
      window: { offset: "outOffset" },
    },
  },
  extents: ["N", "C"],
  constants: ["rightOffset", "rightStride", "outOffset"],
  scalars: [],
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    split: {
      passes: [
        {
          kernels: [
            {
              file: "bias-gradient.split.column",
              bindings: summed,
              scalars: [...u32("N", "C", "rightOffset", "rightStride", "outOffset"), ...perModel(summed)],
              sizes: { WORKGROUP_SIZE: 4, LANES: 16 },
              lib: ["linear-index", "slabs"],
              grid: slabInvocations(SLABS, ["C", 8]),
              trips: slabRows(SLABS, "N", 256),
            },
            {
              file: "bias-gradient.split.sum",
              bindings: added,
              scalars: [...u32("N", "C", "outOffset"), ...perModel(added)],
              sizes: { WORKGROUP_SIZE: 4, LANES: 16 },
              lib: ["linear-index", "slabs"],
              grid: whereCut(SLABS, invocations(["C", 1])),
              trips: SLABS,
            },
          ],
        },
      ],
      hardware: { LANES: 8192 },
      scratch: { slabs: slabElements(SLABS, ["C", 1]) },
    },
  },
});

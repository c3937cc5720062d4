/**
 * Gradient of a weight matrix: the sum over all rows of an outer product. Both operands are read inside larger rows (record slots, h), and the
 * result is a column block of a segment. Rows are summed in parts, so that no f32 sum gets long and every core has some; which operands belong to
 * which cell is for the engine to say.
 */
import { defineOperation, type Kernel, type Numbers } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { invocations, perModel, products, reads, u32, writes } from "./kernel-terms.ts";
import { CHUNK_ROWS, type Company, fitsShared, type Product, registerPasses, sharedPass } from "./product-tiles.ts";

/** Rows of a part; the files have the same default. */
const PARTS = { SPLIT_ROWS: 512 };

/** Parts of so many rows; in a part of very many the rounding of a serial f32 sum shows. */
const countParts = (rows: number, sizes: Numbers) => Math.ceil(rows / evaluateExtent("SPLIT_ROWS", sizes));

/** Parts of the longest chunk of a call. */
const mostParts = (numbers: Numbers, sizes: Numbers) =>
  countParts(Math.min(evaluateExtent("N", numbers), evaluateExtent("ROWS", sizes)), sizes);

const product: Product = {
  operation: "weight-gradient",
  part: "product",
  bindings: [...reads("left", "right"), ...writes("dW", "slabs")],
  scalars: u32("D", "C", "leftOffset", "leftStride", "rightOffset", "rightStride", "outOffset", "outStride"),
  rows: "D",
  columns: "C",
  terms: (_numbers, sizes) => evaluateExtent("SPLIT_ROWS", sizes),
  parts: ({ steps = 0 }, sizes) => countParts(steps, sizes),
  accumulates: true,
};

const sumBindings = [...reads("slabs"), ...writes("dW")];

/** Adds the slabs of a chunk; the same for both families. */
const sum: Kernel = {
  file: "weight-gradient.register.sum",
  bindings: sumBindings,
  scalars: [...u32("steps", "D", "C", "outOffset", "outStride"), ...perModel(sumBindings)],
  sizes: { WORKGROUP_SIZE: 4, ...PARTS },
  lib: ["linear-index"],
  grid: invocations(["D·C", 1]),
  trips: ({ steps = 0 }, sizes) => countParts(steps, sizes),
};

const withoutSlabs: Company = { sizes: PARTS, when: (numbers, sizes) => mostParts(numbers, sizes) === 1 };
const withSlabs: Company = { sizes: PARTS, after: [sum], when: (numbers, sizes) => mostParts(numbers, sizes) > 1 };

const parted = {
  sizes: CHUNK_ROWS,
  // A GPU is kept busy by many parts.
  hardware: { SPLIT_ROWS: 128 },
  choices: { SPLIT_ROWS: [128, 512, 2048] },
  // Of all parts but the first; a buffer has at least one element.
  scratch: {
    slabs: (numbers: Numbers, sizes: Numbers) =>
      Math.max(1, (mostParts(numbers, sizes) - 1) * evaluateExtent("D·C", numbers)),
  },
};

/** Contract of `weight-gradient`; see its equation and tensors. */
export const weightGradient = defineOperation({
  name: "weight-gradient",
  equation:
    "dW[outOffset + d·outStride + c] = Σ_n left[leftOffset + n·leftStride + d] · right[rightOffset + n·rightStride + c]",
  source: "docs/equations.md",
  tensors: {
    left: {
      access: "in",
      type: "f32",
      shape: ["N", "D"],
      about: "x, h' or a record slot",
      window: { offset: "leftOffset", stride: "leftStride" },
    },
    right: {
      access: "in",
      type: "f32",
      shape: ["N", "C"],
      about: "da or dlogits",
      window: { offset: "rightOffset", stride: "rightStride" },
    },
    dW: {
      access: "inout",
      type: "f32",
      shape: ["D", "C"],
      about: "overwritten at outOffset with outStride; other columns stay",
      window: { offset: "outOffset", stride: "outStride" },
    },
  },
  extents: ["N", "D", "C"],
  constants: ["leftOffset", "leftStride", "rightOffset", "rightStride", "outOffset", "outStride"],
  scalars: [],
  flops: products("N·D·C"),
  linearIn: "N",
  tolerance: { relative: 2e-5, reason: "f32 sums in another order than the twin's" },
  implementations: {
    register: { passes: [...registerPasses(product, withoutSlabs), ...registerPasses(product, withSlabs)], ...parted },
    shared: {
      passes: [sharedPass(product, withoutSlabs), sharedPass(product, withSlabs)],
      ...parted,
      feasible: fitsShared,
      madeFor: "hardware",
    },
  },
});

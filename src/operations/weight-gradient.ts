/**
 * Gradient of a weight matrix: the sum over all rows of an outer product. Both operands are read inside larger rows (record slots, h), and the
 * result is a column block of a segment; lists the operands by cell and form.
 */

import { defineOperation, type Kernel, type Numbers } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { invocations, perModel, products, reads, u32, writes } from "./kernel-terms.ts";
import { registerPasses, type TiledKernel } from "./register-tiles.ts";

/** Rows that one invocation sums; in many more the rounding of a serial f32 sum shows. */
const SPLIT_ROWS = 512;

/** Rows of a chunk, all or as many as the plan's budget allows. */
const ROWS = 4096;

/** Parts of so many rows, each with sums of its own. */
const countParts = (rows: number, sizes: Numbers) => Math.ceil(rows / (sizes.SPLIT_ROWS ?? SPLIT_ROWS));

/** Parts of the longest chunk of a call. */
const mostParts = ({ N = 0 }: Numbers, sizes: Numbers) => countParts(Math.min(N, sizes.ROWS ?? ROWS), sizes);

const productBindings = [...reads("left", "right"), ...writes("dW", "slabs")];

const product: TiledKernel = {
  file: "weight-gradient.register.product",
  bindings: productBindings,
  scalars: [
    ...u32("t", "steps", "D", "C", "leftOffset", "leftStride", "rightOffset", "rightStride", "outOffset", "outStride"),
    ...perModel(productBindings),
  ],
  sizes: { WORKGROUP_SIZE: 4, SPLIT_ROWS },
  lib: [],
  rows: "D",
  columns: "C",
  parts: ({ steps = 0 }, sizes) => countParts(steps, sizes),
  trips: (_numbers, sizes, vectors) => (sizes.SPLIT_ROWS ?? SPLIT_ROWS) / 4 + 2 * vectors,
  models: true,
};

const sumBindings = [...reads("slabs"), ...writes("dW")];

const sum: Kernel = {
  file: "weight-gradient.register.sum",
  bindings: sumBindings,
  scalars: [...u32("steps", "D", "C", "outOffset", "outStride"), ...perModel(sumBindings)],
  sizes: { WORKGROUP_SIZE: 4, SPLIT_ROWS },
  lib: ["linear-index"],
  grid: invocations(["D·C", 1]),
  trips: ({ steps = 0 }, sizes) => countParts(steps, sizes),
  models: true,
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
    register: {
      passes: [
        ...registerPasses(product, { when: (numbers, sizes) => mostParts(numbers, sizes) === 1 }),
        ...registerPasses(product, { after: [sum], when: (numbers, sizes) => mostParts(numbers, sizes) > 1 }),
      ],
      sizes: { ROWS },
      choices: { SPLIT_ROWS: [128, 512, 2048] },
      // Of all parts but the first; a buffer has at least one element.
      scratch: {
        slabs: (numbers, sizes) => Math.max(1, (mostParts(numbers, sizes) - 1) * evaluateExtent("D·C", numbers)),
      },
    },
  },
});

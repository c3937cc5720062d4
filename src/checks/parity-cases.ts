/**
 * Seeded cases of every operation for `parity`: odd extents, both forms, windows inside larger rows, masks, flags, and
 * sizes that cross a workgroup, a slab or a folded grid. A tensor without a fill of its own holds uniform numbers in
 * [−1, 1), outputs included, so that what must stay and what must be overwritten are both seen.
 */
import type { Numbers } from "../core/operation.ts";
import { ATTENTION_CASES } from "./parity-attention-cases.ts";
import { CARRIED_CASES } from "./parity-carried-cases.ts";
import type { Fill, ParityCase } from "./parity-case.ts";
import { constant, idsBelow, notFiniteAt, scaled } from "./parity-fills.ts";
import { LAYER_CASES } from "./parity-layer-cases.ts";
import { RECURRENT_CASES } from "./parity-recurrent-cases.ts";

/** Rows, summed axis and columns of the matrix products: every remainder of a tile of 8; the last ones fill large tiles and cross workgroups. */
const PRODUCTS: readonly (readonly [N: number, D: number, C: number])[] = [
  [1, 1, 1],
  [3, 17, 63],
  [17, 63, 65],
  [63, 65, 1],
  [65, 1, 3],
  [1, 63, 17],
  [9, 4, 6],
  [10, 5, 4],
  [11, 6, 5],
  [12, 2, 10],
  [1027, 3, 17],
  [333, 9, 130],
  [65, 18, 63],
];

function productCases(): ParityCase[] {
  return PRODUCTS.flatMap(([N, D, C], i) => {
    const gap = i % 3;
    const x = { xOffset: gap, xStride: D + gap };
    const da = { daOffset: 2 * gap, daStride: C + gap };
    return [
      { operation: "project-forward", numbers: { N, D, C, ...x, outOffset: 3 * gap, outStride: C + 2 * gap } },
      { operation: "input-gradient", numbers: { N, D, C, ...da, dxOffset: 3 * gap, dxStride: D + gap } },
      {
        operation: "weight-gradient",
        numbers: {
          ...{ N, D, C, leftOffset: gap, leftStride: D + 2 * gap },
          ...{ rightOffset: 3 * gap, rightStride: C + gap, outOffset: gap, outStride: C + gap },
        },
      },
      { operation: "bias-gradient", numbers: { N, C, rightOffset: gap, rightStride: C + gap, outOffset: 2 * gap } },
      {
        operation: "gather-forward",
        numbers: { N, D, C, outOffset: gap, outStride: C + gap, biased: i % 2 },
        fill: { ids: idsBelow(D) },
      },
      // No padding, the first id and the last one.
      {
        operation: "gather-backward",
        numbers: { N, D, C, ...da, padding: [D, 0, D - 1][i % 3] ?? D },
        fill: { ids: idsBelow(D) },
      },
    ];
  });
}

/** More rows than one invocation may loop over. */
const MANY_ROWS = 70_001;

/** Multiples of 1/8 in [−0.5, 0.5]: sums of many are exact in f32, in whatever order. */
const eighths: Fill = (random) => Math.round(8 * random) / 8 - 0.5;

const LONG_SUMS: readonly ParityCase[] = [
  {
    operation: "weight-gradient",
    numbers: {
      ...{ N: MANY_ROWS, D: 3, C: 3, leftOffset: 0, leftStride: 3 },
      ...{ rightOffset: 0, rightStride: 3, outOffset: 0, outStride: 3 },
    },
    fill: { left: eighths, right: eighths },
  },
  {
    operation: "bias-gradient",
    numbers: { N: MANY_ROWS, C: 3, rightOffset: 0, rightStride: 3, outOffset: 0 },
    fill: { right: eighths },
  },
  {
    operation: "gather-backward",
    numbers: { N: MANY_ROWS, D: 1, C: 3, daOffset: 0, daStride: 3, padding: 1 },
    fill: { ids: constant(0), da: eighths },
  },
  { operation: "mask-count", numbers: { N: MANY_ROWS }, fill: { mask: idsBelow(2) } },
  {
    operation: "reduce-loss",
    numbers: { N: MANY_ROWS, perRow: 3, flagBit: 4 },
    fill: { rowLoss: eighths, count: constant(MANY_ROWS), flags: constant(0) },
  },
  { operation: "gradient-norm", numbers: { P: MANY_ROWS, flagBit: 8 }, fill: { flags: constant(0) } },
  // More elements than 65,535 workgroups of 16 hold: the grid is folded.
  {
    operation: "mask-rows",
    numbers: { N: 1_050_003, C: 1, xOffset: 0, xStride: 1, outOffset: 0, outStride: 1, masked: 0 },
  },
];

function batchCases(): ParityCase[] {
  const shapes = [
    { T: 1, B: 1, D: 1, R: 5, K: 1, shift: 0, slot: 0, live: 1 },
    { T: 3, B: 17, D: 5, R: 65, K: 3, shift: 1, slot: 2, live: 17 },
    { T: 17, B: 3, D: 63, R: 63, K: 2, shift: 1, slot: 1, live: 2 },
    { T: 7, B: 65, D: 1, R: 40, K: 1, shift: 0, slot: 0, live: 0 },
  ];
  return shapes.flatMap(({ D, slot, live, ...numbers }) => {
    const starts = idsBelow(numbers.R - numbers.T - numbers.shift);
    const scalars = { slot, live };
    return [
      { operation: "batch-gather", numbers: { ...numbers, D }, scalars, fill: { starts } },
      { operation: "batch-gather-ids", numbers, scalars, fill: { starts, rows: idsBelow(99) } },
    ];
  });
}

/** Both kinds of mask, whole and from a later step on, packed and inside larger rows, at every third rate nothing dropped. */
function dropoutCases(): ParityCase[] {
  const shapes = [
    [1, 1, 1],
    [3, 17, 5],
    [7, 2, 65],
    [65, 3, 17],
  ] as const;
  return shapes.flatMap(([T, B, D], i) =>
    [0, 1].map((variational) => ({
      operation: "dropout",
      numbers: {
        ...{ T, B, D, variational, firstStep: 5 * i, site: i, rate: 0.3 * (i % 3) },
        ...{ xOffset: 2 * i, xStride: D + i, yOffset: 3 * i, yStride: D + 2 * i },
      },
      fill: { key: (random: number) => Math.floor(random * 2 ** 32) },
    })),
  );
}

function rowCases(): ParityCase[] {
  const shapes = [
    { N: 1, V: 1 },
    { N: 3, V: 17 },
    { N: 65, V: 3 },
    { N: 17, V: 63 },
    { N: 130, V: 65 },
  ];
  return shapes.flatMap(({ N, V }, i) => [
    { operation: "row-norm", numbers: { N, H: V, xOffset: 7 * i } },
    {
      operation: "class-weight",
      numbers: { N, V },
      fill: { mask: idsBelow(2), target: idsBelow(V) },
    },
    {
      operation: "sequence-weight",
      numbers: { T: N, B: V, stepStride: i % 2 ? V : 1, rowStride: i % 2 ? 1 : N },
      fill: { mask: idsBelow(2) },
    },
    { operation: "mask-count", numbers: { N }, fill: { mask: idsBelow(2) } },
    { operation: "carry-state", numbers: { T: 1 + i, B: N, H: V } },
    {
      operation: "reduce-loss",
      numbers: { N, perRow: V, flagBit: 2 },
      fill: { count: constant(i), flags: constant(1) },
    },
  ]);
}

function lossCases(): ParityCase[] {
  const shapes = [
    { N: 1, V: 1, gap: 0, scale: 1 },
    { N: 3, V: 17, gap: 2, scale: 3 },
    { N: 65, V: 2, gap: 0, scale: 120 },
    { N: 17, V: 63, gap: 1, scale: 10 },
  ];
  const settings: Readonly<Record<string, Numbers>> = {
    "loss-mse": {},
    "loss-mae": {},
    "loss-huber": { delta: 0.7 },
    "loss-bce": { positiveWeight: 2.5 },
    "loss-bce-prob": {},
    "loss-ce": { smoothing: 0.1 },
    "loss-ce-weighted": { smoothing: 0.1 },
    "loss-ce-soft": {},
    "loss-linear": {},
  };
  return Object.entries(settings).flatMap(([operation, own]) =>
    shapes.flatMap(({ N, V, gap, scale }): ParityCase[] => {
      const windows = { pOffset: gap, pStride: V + gap, dOffset: 2 * gap, dStride: V + 2 * gap };
      const numbers = { N, V, ...windows, flagBit: 16, ...own };
      const logits: Fill = operation === "loss-bce-prob" ? (random) => 0.01 + 0.98 * random : scaled(scale);
      const ofClasses = operation === "loss-ce" || operation === "loss-ce-weighted";
      const target = ofClasses ? idsBelow(V) : constant(0.25);
      const classWeights: Fill = (random) => 3 * random;
      const mask: Fill = (random, i) => (i === 0 || random < 0.7 ? 1 : 0);
      const fill = { logits, target, mask, count: constant(N), flags: constant(2), classWeights };
      const bad = { ...fill, logits: notFiniteAt(gap) };
      return [
        { operation, numbers, fill, flags: 2 },
        { operation, numbers, fill: bad, compared: ["flags"], flags: 18 },
        { operation, numbers, fill: { ...fill, mask: constant(0), count: constant(0) }, flags: 2 },
      ];
    }),
  );
}

function optimizerCases(): ParityCase[] {
  const choices = [
    { P: 1, clip: 0, clipValue: 0, flags: 0, momentum: 0, first: 1, decay: 0, more: 0 },
    { P: 65, clip: 0.5, clipValue: 0.05, flags: 0, momentum: 0.9, first: 1, decay: 0.1, more: 1 },
    { P: 1027, clip: 0.5, clipValue: 0, flags: 0, momentum: 0.9, first: 0, decay: 0, more: 1 },
    { P: 4999, clip: 100, clipValue: 0.7, flags: 0, momentum: 0, first: 0, decay: 0.5, more: 0 },
    { P: 63, clip: 0, clipValue: 0, flags: 4, momentum: 0.9, first: 0, decay: 0.1, more: 1 },
  ];
  const moments = { beta1: 0.9, beta2: 0.999, gain1: 0.1, gain2: 0.001 };
  const adam = { ...moments, epsilon: 1e-8, correction1: 0.271, correction2: 0.002997001 };
  const rmsprop = { alpha: 0.9, gain: 0.1, epsilon: 1e-8 };
  return choices.flatMap(({ P, clip, clipValue, flags, momentum, first, decay, more }) => {
    const scalars = { learningRate: 0.01, slot: 2, clip, clipValue, l1: decay / 3, momentum, weightDecay: decay };
    const fill = { norm: constant(3), flags: constant(flags) };
    const positive: Fill = (random) => random;
    // Away from 0, where the difference of square and squared mean would be rounding and nothing else.
    const spread: Fill = (random, i) => (i < P ? 1 + random : random / 2);
    return [
      {
        operation: "optimizer-adam",
        numbers: { P, M: 5, S: 2 + more, amsgrad: more },
        scalars: { ...scalars, ...adam, l2: decay, decay: decay / 2 },
        fill: { ...fill, state: positive },
      },
      {
        operation: "optimizer-rmsprop",
        numbers: { P, M: 5, S: 3, meanRow: more, bufferRow: momentum > 0 ? 2 : 0 },
        scalars: { ...scalars, ...rmsprop },
        fill: { ...fill, state: spread },
      },
      { operation: "apply-mask", numbers: { P }, fill: { mask: idsBelow(2) } },
      {
        operation: "clip-count",
        numbers: { P, M: 5 },
        scalars: { slot: 2, clip, clipValue },
        fill: { norm: constant(3) },
      },
      {
        operation: "optimizer-sgd",
        numbers: { P, M: 5 },
        scalars: { ...scalars, nesterov: more, first },
        fill,
      },
    ];
  });
}

function normCases(): ParityCase[] {
  const flags = constant(1);
  const sizes = [1, 3, 63, 65, 1024, 5001];
  return [
    ...sizes.map(
      (P): ParityCase => ({ operation: "gradient-norm", numbers: { P, flagBit: 8 }, fill: { flags }, flags: 1 }),
    ),
    {
      operation: "gradient-norm",
      numbers: { P: 65, flagBit: 8 },
      fill: { flags, grads: notFiniteAt(64) },
      compared: ["flags"],
      flags: 9,
    },
    {
      operation: "reduce-loss",
      numbers: { N: 17, perRow: 1, flagBit: 2 },
      fill: { flags, count: constant(17), rowLoss: notFiniteAt(16) },
      compared: ["flags"],
      flags: 3,
    },
  ];
}

/** Every case, in a fixed order: a case is named by its place among those of its operation. */
export const PARITY_CASES: readonly ParityCase[] = [
  ...productCases(),
  ...LONG_SUMS,
  ...batchCases(),
  ...dropoutCases(),
  ...rowCases(),
  ...lossCases(),
  ...optimizerCases(),
  ...normCases(),
  ...RECURRENT_CASES,
  ...LAYER_CASES,
  ...ATTENTION_CASES,
  ...CARRIED_CASES,
];

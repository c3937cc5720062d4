/**
 * Cases of the attention operations: odd extents, rows inside larger ones, a range of decoder steps behind others, masks
 * with holes, scores that saturate and scores that are not finite.
 */
import type { Fill, ParityCase } from "./parity-case.ts";

const SHAPES: readonly (readonly [T: number, B: number, S: number, D: number])[] = [
  [1, 1, 1, 1],
  [3, 2, 17, 3],
  [2, 3, 5, 65],
  [17, 1, 3, 63],
  [1, 9, 65, 4],
  [5, 4, 63, 6],
];

const FLAG = 32;

/** About a third of the steps do not count; the first always does. */
const mask =
  (B: number): Fill =>
  (random, i) =>
    i < B || random > 0.3 ? 1 : 0;

function shapeCases([T, B, S, D]: (typeof SHAPES)[number], i: number): ParityCase[] {
  const gap = i % 3;
  const sizes = { T, B, S, D };
  const pairsOffset = gap * S;
  const query = { queryOffset: gap, queryStride: D + gap };
  const keys = { keysOffset: 2 * gap, keysStride: D + 2 * gap };
  const out = { outOffset: 3 * gap, outStride: D + gap, scale: 1 / Math.sqrt(D) };
  const pairs = { ...sizes, ...query, ...keys, pairsOffset };
  const masks = { T, B, S, pairsOffset, flagBit: FLAG };
  // Every other shape saturates; tanh of 89 and more is not a number on some adapters.
  const large: Fill = (random) => (2 * random - 1) * (i % 2 === 0 ? 2 : 200);
  const flags = () => 1;
  return [
    { operation: "attention-score-dot", numbers: { ...pairs, scale: out.scale } },
    { operation: "attention-score-additive", numbers: pairs, fill: { query: large } },
    { operation: "attention-weights", numbers: { ...masks, masked: 0 }, fill: { scores: large, flags }, flags: 1 },
    {
      operation: "attention-weights",
      numbers: { ...masks, masked: 1 },
      fill: { scores: large, mask: mask(B), flags },
      flags: 1,
    },
    {
      operation: "attention-weights-backward",
      numbers: { T, B, S, pairsOffset },
      fill: { weights: (random) => random },
    },
    {
      operation: "attention-context",
      numbers: { ...sizes, pairsOffset, valuesOffset: gap, valuesStride: D + gap, ...out },
    },
    ...[0, 1].map((accumulate) => ({
      operation: "attention-collect",
      numbers: { ...sizes, pairsOffset, rowsOffset: gap, rowsStride: D + gap, ...out, accumulate },
    })),
    { operation: "attention-query-gradient", numbers: pairs, fill: { query: large } },
    { operation: "attention-key-gradient", numbers: pairs, fill: { query: large } },
  ];
}

const WEIGHTS = { T: 2, B: 2, S: 3, pairsOffset: 0, flagBit: FLAG };

/** A score that is not finite is reported where it counts and harmless where it is masked; nothing may count at all. */
const SPECIAL: readonly ParityCase[] = [
  {
    operation: "attention-weights",
    numbers: { ...WEIGHTS, masked: 0 },
    fill: { scores: (random, i) => (i === 4 ? Number.POSITIVE_INFINITY : random), flags: () => 1 },
    compared: ["flags"],
    flags: 1 | FLAG,
  },
  {
    operation: "attention-weights",
    numbers: { ...WEIGHTS, masked: 1 },
    // Source step 1 of sequence 1 is element 4 of the scores' first step and element 3 of the mask.
    fill: { scores: (random, i) => (i === 4 ? Number.NaN : random), mask: (_, i) => (i === 3 ? 0 : 1), flags: () => 1 },
    flags: 1,
  },
  {
    operation: "attention-weights",
    numbers: { ...WEIGHTS, masked: 1 },
    fill: { mask: (_, i) => i % 2, flags: () => 1 },
    flags: 1,
  },
];

/** Given, likeliest and drawn symbols, of the first step and of a later one, with equal logits among them. */
function symbolCases(): ParityCase[] {
  const shapes: readonly (readonly [B: number, V: number])[] = [
    [1, 1],
    [3, 17],
    [65, 3],
    [17, 63],
  ];
  return shapes.flatMap(([B, V], i) =>
    [0, 1].flatMap((draw) =>
      [0, 0.3, 1].map((ratio): ParityCase => {
        const places = { logitsOffset: i * B * V, idsOffset: i * B };
        const logits: Fill = (random) => Math.round(8 * random);
        const words: Fill = (random) => Math.floor(random * 2 ** 32);
        return {
          operation: "next-symbol",
          numbers: { B, V, ...places, draw, ratio },
          fill: { logits, key: words, ids: (random) => Math.floor(random * V) },
        };
      }),
    ),
  );
}

/** See the header. */
export const ATTENTION_CASES: readonly ParityCase[] = [...SHAPES.flatMap(shapeCases), ...SPECIAL, ...symbolCases()];

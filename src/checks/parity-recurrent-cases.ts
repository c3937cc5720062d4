/**
 * Cases of the recurrent operations: both reset forms and activations, both kinds of upstream, one bad weight, and one
 * gate at a time whose pre-activation is infinite, which σ would hide.
 */
import type { Fill, ParityCase } from "./parity-case.ts";

const SHAPES: readonly (readonly [T: number, B: number, H: number])[] = [
  [1, 1, 1],
  [2, 3, 17],
  [7, 17, 3],
  [3, 1, 63],
  [3, 9, 65],
  [30, 4, 5],
  [2, 2, 6],
];

const FORMS = [
  { reset: 0, activation: 0 },
  { reset: 0, activation: 1 },
  { reset: 1, activation: 0 },
  { reset: 1, activation: 1 },
] as const;

/** Keeps states of order 1 for any H, as an initialisation would. */
const recurrentWeight =
  (H: number): Fill =>
  (random) =>
    (2 * random - 1) * Math.sqrt(3 / H);

/** z | r | n | s or q as a forward pass may leave them: gates in (0, 1), ReLU candidates partly 0. */
const gates =
  (H: number, activation: number): Fill =>
  (random, i) => {
    const slot = Math.floor(i / H) % 4;
    if (slot < 2) return random;
    if (slot === 2 && activation === 1) return Math.max(0, 2 * random - 1);
    return 2 * random - 1;
  };

function forwardCases(): ParityCase[] {
  return SHAPES.flatMap(([T, B, H], i) =>
    FORMS.flatMap((form): ParityCase[] => {
      const numbers = { T, B, H, ...form, flagBit: 32 };
      // Every other shape saturates its gates; tanh of 89 and more is not a number on some adapters.
      const record: Fill = (random) => (2 * random - 1) * (i % 2 === 0 ? 2 : 200);
      const fill = { record, U: recurrentWeight(H), flags: () => 1 };
      const last = H * 3 * H - 1;
      const U: Fill = (random, at) => (at === last ? Number.NaN : random);
      return [
        { operation: "gru-forward", numbers, fill, flags: 1 },
        { operation: "gru-forward", numbers, fill: { ...fill, U, h: () => 1 }, compared: ["flags"], flags: 33 },
      ];
    }),
  );
}

function infiniteGateCases(): ParityCase[] {
  const [T, B, H] = [2, 3, 5];
  return FORMS.flatMap((form) =>
    [0, 1, 2].map((gate): ParityCase => {
      const record: Fill = (random, i) => (Math.floor(i / H) % 4 === gate ? Number.POSITIVE_INFINITY : 2 * random - 1);
      const fill = { record, flags: () => 1 };
      return {
        operation: "gru-forward",
        numbers: { T, B, H, ...form, flagBit: 32 },
        fill,
        compared: ["flags"],
        flags: 33,
      };
    }),
  );
}

function backwardCases(): ParityCase[] {
  return SHAPES.flatMap(([T, B, H]) =>
    FORMS.flatMap((form) =>
      [0, 1].map(
        (upstream): ParityCase => ({
          operation: "gru-backward",
          numbers: { T, B, H, ...form, upstream },
          fill: { record: gates(H, form.activation), U: recurrentWeight(H) },
        }),
      ),
    ),
  );
}

/** See the header. */
export const RECURRENT_CASES: readonly ParityCase[] = [...forwardCases(), ...infiniteGateCases(), ...backwardCases()];

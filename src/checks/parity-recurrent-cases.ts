/**
 * Cases of the recurrent operations: every cell in all of its forms, both kinds of upstream, one bad weight, and one
 * gate at a time whose pre-activation is infinite, which σ would hide.
 */
import type { Numbers } from "../core/operation.ts";
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

/** What the cases of a cell are made from. */
interface RecurrentCell {
  /** Stem of its operations. */
  readonly name: string;
  /** Blocks of H columns of U, which are the record's first slots. */
  readonly gates: number;
  readonly slots: number;
  /** Constants of each form. */
  readonly forms: readonly Numbers[];
  /** A value of the record as a forward pass may leave it. */
  readonly left: (form: Numbers, slot: number, random: number) => number;
}

const ACTIVATIONS = [{ activation: 0 }, { activation: 1 }] as const;

/** A gate in (0, 1). */
const gate = (random: number) => random;
/** A candidate in [−1, 1), partly 0 with ReLU. */
const candidate = (form: Numbers, random: number) =>
  form.activation === 1 ? Math.max(0, 2 * random - 1) : 2 * random - 1;

const CELLS: readonly RecurrentCell[] = [
  {
    name: "gru",
    gates: 3,
    slots: 4,
    forms: [0, 1].flatMap((reset) => ACTIVATIONS.map((activation) => ({ reset, ...activation }))),
    // z | r | n | s or q
    left: (form, slot, random) => {
      if (slot < 2) return gate(random);
      return slot === 2 ? candidate(form, random) : 2 * random - 1;
    },
  },
  {
    name: "lstm",
    gates: 4,
    slots: 4,
    // The forward pass knows no such constant and is played alike for both.
    forms: [{ cellUpstream: 0 }, { cellUpstream: 1 }],
    left: (form, slot, random) => (slot === 2 ? candidate(form, random) : gate(random)),
  },
  {
    name: "ugrnn",
    gates: 2,
    slots: 2,
    forms: [{}],
    left: (form, slot, random) => (slot === 0 ? gate(random) : candidate(form, random)),
  },
  { name: "rnn", gates: 1, slots: 1, forms: ACTIVATIONS, left: (form, _slot, random) => candidate(form, random) },
];

/** Keeps states of order 1 for any H, as an initialisation would. */
const recurrentWeight =
  (H: number): Fill =>
  (random) =>
    (2 * random - 1) * Math.sqrt(3 / H);

function forwardCases({ name, gates, forms }: RecurrentCell): ParityCase[] {
  const operation = `${name}-forward`;
  return SHAPES.flatMap(([T, B, H], i) =>
    forms.flatMap((form): ParityCase[] => {
      const numbers = { T, B, H, ...form, flagBit: 32 };
      // Every other shape saturates its gates; tanh of 89 and more is not a number on some adapters.
      const record: Fill = (random) => (2 * random - 1) * (i % 2 === 0 ? 2 : 200);
      const fill = { record, U: recurrentWeight(H), flags: () => 1 };
      const last = H * gates * H - 1;
      const U: Fill = (random, at) => (at === last ? Number.NaN : random);
      return [
        { operation, numbers, fill, flags: 1 },
        { operation, numbers, fill: { ...fill, U, h: () => 1 }, compared: ["flags"], flags: 33 },
      ];
    }),
  );
}

function infiniteGateCases({ name, gates, slots, forms }: RecurrentCell): ParityCase[] {
  const [T, B, H] = [2, 3, 5];
  return forms.flatMap((form) =>
    Array.from({ length: gates }, (_, bad): ParityCase => {
      const record: Fill = (random, i) =>
        Math.floor(i / H) % slots === bad ? Number.POSITIVE_INFINITY : 2 * random - 1;
      return {
        operation: `${name}-forward`,
        numbers: { T, B, H, ...form, flagBit: 32 },
        fill: { record, flags: () => 1 },
        compared: ["flags"],
        flags: 33,
      };
    }),
  );
}

function backwardCases({ name, slots, forms, left }: RecurrentCell): ParityCase[] {
  return SHAPES.flatMap(([T, B, H]) =>
    forms.flatMap((form) =>
      [0, 1].map((upstream): ParityCase => {
        const record: Fill = (random, i) => left(form, Math.floor(i / H) % slots, random);
        return {
          operation: `${name}-backward`,
          numbers: { T, B, H, ...form, upstream },
          fill: { record, U: recurrentWeight(H) },
        };
      }),
    ),
  );
}

/** See the header. */
export const RECURRENT_CASES: readonly ParityCase[] = CELLS.flatMap((cell) => [
  ...forwardCases(cell),
  ...infiniteGateCases(cell),
  ...backwardCases(cell),
]);

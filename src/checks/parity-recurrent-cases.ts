/**
 * Cases of the recurrent operations: every cell in all of its forms, both kinds of upstream, both directions, masks, parts
 * of a sequence, one bad weight, and one gate at a time whose pre-activation is infinite, which σ would hide.
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

/** Ways to play a sequence, by the contracts' constants; the plain one first, and only that one for short sequences. */
function plays(T: number): readonly Numbers[] {
  const kept = { dropped: 0, rate: 0, site: 0 };
  const forward = { reverse: 0, fromStep: 1, toStep: T, fromRow: T, toRow: 0, ...kept };
  const reverse = { reverse: 1, fromStep: T, toStep: 1, fromRow: 0, toRow: T, ...kept };
  const whole = [forward, reverse].flatMap((ends) => [
    { ...ends, masked: 0 },
    { ...ends, masked: 1 },
  ]);
  if (T < 7) return whole.slice(0, 1);
  return [
    ...whole,
    { ...forward, masked: 0, fromStep: 2, toStep: T - 1, fromRow: T - 1, toRow: 3 },
    { ...reverse, masked: 1, fromStep: T - 1, toStep: 3, fromRow: 2, toRow: T - 2 },
    { ...forward, masked: 1, fromStep: 4, toStep: 4, fromRow: 4, toRow: 4 },
    { ...forward, masked: 0, dropped: 1, rate: 0.3, site: 0 },
    { ...reverse, masked: 1, dropped: 1, rate: 0.6, site: 5 },
  ];
}

/** Row 0 of the batch has no step at all, row 1 is one step long, the others have holes. */
const maskFill =
  (B: number): Fill =>
  (random, i) => {
    const [t, b] = [Math.floor(i / B), i % B];
    if (b === 0) return 0;
    return Number(b === 1 ? t === 0 : random > 0.3);
  };

/** Any seed and training step. */
const key: Fill = (random) => Math.floor(random * 2 ** 32);

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

function forwardCases({ name, forms }: RecurrentCell): ParityCase[] {
  const operation = `${name}-forward`;
  return SHAPES.flatMap(([T, B, H], i) =>
    forms.flatMap((form) =>
      plays(T).map((play): ParityCase => {
        // Every other shape saturates its gates; tanh of 89 and more is not a number on some adapters. A ReLU lets such
        // states through, and many steps then enlarge the rounding of one beyond any tolerance.
        const saturated = i % 2 === 1 && (form.activation !== 1 || T < 7);
        const record: Fill = (random) => (2 * random - 1) * (saturated ? 200 : 2);
        const fill = { record, U: recurrentWeight(H), mask: maskFill(B), key, flags: () => 1 };
        return { operation, numbers: { T, B, H, ...form, ...play, flagBit: 32 }, fill, flags: 1 };
      }),
    ),
  );
}

function badWeightCases({ name, gates, forms }: RecurrentCell): ParityCase[] {
  const operation = `${name}-forward`;
  return SHAPES.flatMap(([T, B, H]) => {
    const last = H * gates * H - 1;
    const fill: ParityCase["fill"] = {
      U: (random, at) => (at === last ? Number.NaN : random),
      h: () => 1,
      flags: () => 1,
    };
    return forms.map((form): ParityCase => {
      const numbers = { T, B, H, ...form, ...plays(T)[0], flagBit: 32 };
      return { operation, numbers, fill, compared: ["flags"], flags: 33 };
    });
  });
}

/** Slot `bad` of every row is infinite; a masked step does not look at it. */
function infiniteGateCases({ name, gates, slots, forms }: RecurrentCell): ParityCase[] {
  const operation = `${name}-forward`;
  const [T, B, H] = [2, 3, 5];
  const [play] = plays(T);
  return forms.flatMap((form) =>
    Array.from({ length: gates }, (_, bad) => bad).flatMap((bad) =>
      [0, 1].map((masked): ParityCase => {
        const record: Fill = (random, i) =>
          Math.floor(i / H) % slots === bad ? Number.POSITIVE_INFINITY : 2 * random - 1;
        return {
          operation,
          numbers: { T, B, H, ...form, ...play, masked, flagBit: 32 },
          fill: { record, mask: () => 0, flags: () => 1 },
          compared: masked === 1 ? ["flags", "h"] : ["flags"],
          flags: masked === 1 ? 1 : 33,
        };
      }),
    ),
  );
}

function backwardCases({ name, slots, forms, left }: RecurrentCell): ParityCase[] {
  const operation = `${name}-backward`;
  return SHAPES.flatMap(([T, B, H]) =>
    forms.flatMap((form) =>
      plays(T).flatMap((play) =>
        [0, 1].map((upstream): ParityCase => {
          const record: Fill = (random, i) => left(form, Math.floor(i / H) % slots, random);
          const fill = { record, U: recurrentWeight(H), mask: maskFill(B), key };
          return { operation, numbers: { T, B, H, ...form, ...play, upstream }, fill };
        }),
      ),
    ),
  );
}

/** See the header. */
export const RECURRENT_CASES: readonly ParityCase[] = CELLS.flatMap((cell) => [
  ...forwardCases(cell),
  ...badWeightCases(cell),
  ...infiniteGateCases(cell),
  ...backwardCases(cell),
]);

/**
 * What the tests of the recurrent twins share: the cases of direction, mask and upstream gradient, and the numbers and
 * arrays that follow from them. Not part of the product.
 */
import { dropoutFactor, STREAM } from "../../core/rng.ts";
import { dropoutTwin } from "./dropout.ts";
import { seededArray } from "./finite-differences.ts";

/** A sequence and how it is played; the names are those of the contracts. */
export interface SequenceCase {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly reverse: number;
  readonly masked: number;
  readonly upstream: number;
  /** Variational dropout of h' with the mask of `DROPOUT_KEY`. */
  readonly dropped: number;
}

/** Bit that the tests let the forward pass raise. */
export const FLAG = 4;

/** Every direction, with and without mask, both kinds of upstream, at two sizes; with a title for each. */
export const SEQUENCE_CASES: readonly (readonly [title: string, SequenceCase])[] = [
  { T: 5, B: 3, H: 2 },
  { T: 1, B: 1, H: 1 },
].flatMap((sizes) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
    const c = { ...sizes, upstream: bits & 1, reverse: (bits >> 1) & 1, masked: (bits >> 2) & 1, dropped: 0 };
    const words = [`T ${c.T}, B ${c.B}, H ${c.H}`, c.reverse ? "reverse" : "forward", c.masked ? "masked" : "no mask"];
    return [[...words, `upstream ${c.upstream}`].join(", "), c] as const;
  }),
);

/** The same with dropout. */
export const DROPPED_CASES: typeof SEQUENCE_CASES = SEQUENCE_CASES.map(([title, c]) => [
  `${title}, dropped`,
  { ...c, dropped: 1 },
]);

/** Seed and training step of the dropout masks. */
export const DROPOUT_KEY = Uint32Array.of(7, 11);

const DROPOUT = { rate: 0.4, site: 3 };

/** keep / (1 − rate) of every element of [B, H], which the dropped cases multiply h' with; ones for the others. */
export function stateFactors({ B, H, dropped }: SequenceCase): Float64Array {
  const [seed = 0, step = 0] = DROPOUT_KEY;
  const key = { seed, stream: STREAM.recurrentDropout, step, site: DROPOUT.site };
  return Float64Array.from({ length: B * H }, (_, i) => (dropped === 1 ? dropoutFactor(key, i, DROPOUT.rate) : 1));
}

/** Constants of a call that plays the whole sequence, forward and back. */
export function wholeSequence({ T, reverse, masked, dropped }: SequenceCase) {
  const ends =
    reverse === 1 ? { fromStep: T, toStep: 1, fromRow: 0, toRow: T } : { fromStep: 1, toStep: T, fromRow: T, toRow: 0 };
  return { reverse, masked, dropped, ...DROPOUT, ...ends };
}

/** Row of h that holds the initial state. */
export function initialRow({ T, reverse }: SequenceCase): number {
  return reverse === 1 ? T : 0;
}

/** Steps (from 1) in the order of play, with the rows of h before and after each. */
export function stepsInOrder({ T, reverse }: SequenceCase) {
  const order = Array.from({ length: T }, (_, i) => (reverse === 1 ? T - i : i + 1));
  return order.map((t) => ({ t, old: reverse === 1 ? t : t - 1, next: reverse === 1 ? t - 1 : t }));
}

/** Mask [T, B]: batch row 0 has a hole, row 1 is one step long, row 2 has no step at all. Without mask, all ones. */
export function maskOf({ T, B, masked }: SequenceCase): Float64Array {
  const rows = [(t: number) => t !== 2, (t: number) => t === 0, () => false];
  return Float64Array.from({ length: T * B }, (_, i) =>
    Number(masked === 0 || (rows[i % B]?.(Math.floor(i / B)) ?? true)),
  );
}

/** h' of every step as it stands in the products, [T, B, H]. */
export function operandOf(c: SequenceCase, h: Float64Array): Float64Array {
  const { T, B, H, reverse, dropped } = c;
  const operand = h.slice(reverse * B * H, (T + reverse) * B * H);
  if (dropped === 0) return operand;
  const rows = { xOffset: 0, xStride: H, yOffset: 0, yStride: H };
  const numbers = { ...wholeSequence(c), T, B, D: H, variational: 1, firstStep: 0, ...rows };
  const y = new Float64Array(operand.length);
  dropoutTwin({ x: operand, key: DROPOUT_KEY, y }, numbers);
  return y;
}

/** Upstream gradient [T+1, B, H]: of every state but the initial one, or (upstream 0) of the final one alone. */
export function upstreamOf(c: SequenceCase, name = "g"): Float64Array {
  const g = seededArray(name, (c.T + 1) * c.B * c.H);
  const final = c.T - initialRow(c);
  for (let row = 0; row <= c.T; row++) {
    if (row === initialRow(c) || (c.upstream === 0 && row !== final)) g.fill(0, ...rowRange(c, row));
  }
  return g;
}

/** The same with 1000 wherever the contract says that garbage may stand. */
export function withGarbage(c: SequenceCase, upstream: Float64Array): Float64Array {
  const dh = upstream.slice();
  for (let row = 0; row <= c.T; row++) {
    if (row === initialRow(c) || (c.upstream === 0 && row !== c.T - initialRow(c))) dh.fill(1e3, ...rowRange(c, row));
  }
  return dh;
}

/** First element of a row of states [T+1, B, H], and of the next row. */
export function rowRange({ B, H }: SequenceCase, row: number): [from: number, to: number] {
  return [row * B * H, (row + 1) * B * H];
}

/** States [T+1, B, H] with the initial one in its row and 0 elsewhere. */
export function startOf(c: SequenceCase, initial: Float64Array): Float64Array {
  const states = new Float64Array((c.T + 1) * c.B * c.H);
  states.set(initial, rowRange(c, initialRow(c))[0]);
  return states;
}

/** The steps of the whole sequence in calls of `size` steps each. */
export function forwardPieces(c: SequenceCase, size: number) {
  const order = stepsInOrder(c).map(({ t }) => t);
  return cut(order, size).map(([from, to]) => ({ fromStep: from, toStep: to }));
}

/** The rows of the whole way back in calls of `size` rows each. */
export function backwardPieces(c: SequenceCase, size: number) {
  const rows = Array.from({ length: c.T + 1 }, (_, i) => (c.reverse === 1 ? i : c.T - i));
  return cut(rows, size).map(([from, to]) => ({ fromRow: from, toRow: to }));
}

function cut(order: readonly number[], size: number): (readonly [from: number, to: number])[] {
  return order.flatMap((from, i) =>
    i % size === 0 ? ([[from, order[i + size - 1] ?? order.at(-1) ?? from]] as const) : [],
  );
}

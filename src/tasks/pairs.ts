/**
 * What the tasks on pairs of sequences share. A window is one pair: first the source, padded and marked where it is; then
 * the answer behind the symbol that opens it, with the symbol that closes it as its last target.
 */
import { ContractError } from "../core/errors.ts";
import type { Dataset, ScoredRows } from "../core/task.ts";

/** A source and what should be said to it. */
export interface Pair {
  readonly source: string;
  readonly answer: string;
}

/** Symbols and room of a task's pairs. */
export interface PairLayout {
  readonly vocabulary: readonly string[];
  /** Id of the symbol that opens and closes answers. */
  readonly boundary: number;
  /** Longest source, and longest answer with the symbol that closes it. */
  readonly sourceSteps: number;
  readonly answerSteps: number;
}

/** The pairs as resident rows, one window behind the other. */
export interface PairRows {
  readonly input: Uint32Array<ArrayBuffer>; // [R]
  readonly target: Uint32Array<ArrayBuffer>; // [R]
  readonly mask: Float32Array<ArrayBuffer>; // [R]
  readonly present: Float32Array<ArrayBuffer>; // [R]
}

/** Lays out pairs. Throws `ContractError` for a symbol outside the vocabulary and for a pair that is too long. */
export function layOutPairs(pairs: readonly Pair[], layout: PairLayout): PairRows {
  const { vocabulary, boundary, sourceSteps, answerSteps } = layout;
  const length = sourceSteps + answerSteps;
  const ids = new Map(vocabulary.map((symbol, id) => [symbol, id]));
  const idOf = (symbol: string) => {
    const id = ids.get(symbol);
    if (id === undefined) throw new ContractError({ operation: "pairs", tensor: "input" }, "a known symbol", symbol);
    return id;
  };
  const input = new Uint32Array(pairs.length * length).fill(boundary);
  const target = new Uint32Array(pairs.length * length).fill(boundary);
  const mask = new Float32Array(pairs.length * length);
  const present = new Float32Array(pairs.length * length);
  for (const [i, { source, answer }] of pairs.entries()) {
    if (source.length > sourceSteps || answer.length >= answerSteps) {
      const room = `at most ${sourceSteps} and ${answerSteps - 1} symbols`;
      throw new ContractError({ operation: "pairs" }, room, `${source} → ${answer}`);
    }
    const first = i * length;
    const spoken = first + sourceSteps;
    for (const [s, symbol] of [...source].entries()) {
      input[first + s] = idOf(symbol);
      present[first + s] = 1;
    }
    for (const [t, symbol] of [...answer].entries()) {
      target[spoken + t] = idOf(symbol);
      input[spoken + t + 1] = idOf(symbol);
    }
    mask.fill(1, spoken, spoken + answer.length + 1);
  }
  return { input, target, mask, present };
}

/** How answers are judged: the share of their symbols that are right, and of answers that are right throughout. */
export interface PairMetrics extends Readonly<Record<string, number>> {
  readonly accuracy: number;
  readonly wholeAccuracy: number;
}

/** Counts right symbols and right answers; `windowOf` tells the rows of one answer from those of another. */
function judge(right: readonly boolean[], windows: ArrayLike<number>): PairMetrics {
  const whole = new Map<number, boolean>();
  for (const [i, hit] of right.entries()) {
    const window = windows[i] ?? 0;
    whole.set(window, hit && (whole.get(window) ?? true));
  }
  const hits = right.filter(Boolean).length;
  const wholes = [...whole.values()].filter(Boolean).length;
  return { accuracy: hits / right.length, wholeAccuracy: wholes / whole.size };
}

/** Judges what a decoder said by itself. Rows are the answer rows that count. */
export function scorePairs({ target, length }: Dataset, { logits, rows }: ScoredRows): PairMetrics {
  if (target.kind !== "classes") throw new ContractError({ operation: "score" }, "classes", target.kind);
  const V = target.labels.length;
  const right = Array.from(rows, (row, i) => {
    const said = logits.subarray(i * V, (i + 1) * V);
    return said.indexOf(Math.max(...said)) === target.rows[row];
  });
  return judge(
    right,
    rows.map((row) => Math.floor(row / length)),
  );
}

/** Windows from one to another, counted from 0. */
export interface WindowRange {
  readonly first: number;
  readonly end: number;
}

/** What the constant answer reaches in `judged`: at each place the symbol that is commonest there in `fitted`. */
export function scoreConstantAnswer(
  rows: PairRows,
  layout: PairLayout,
  fitted: WindowRange,
  judged: WindowRange,
): PairMetrics {
  const { sourceSteps, answerSteps, vocabulary } = layout;
  const length = sourceSteps + answerSteps;
  const answerRows = ({ first, end }: WindowRange, t: number) =>
    Array.from({ length: end - first }, (_, i) => (first + i) * length + sourceSteps + t).filter(
      (row) => rows.mask[row] === 1,
    );
  const commonest = Array.from({ length: answerSteps }, (_, t) => {
    const counts = new Uint32Array(vocabulary.length);
    for (const row of answerRows(fitted, t)) counts[rows.target[row] ?? 0]!++;
    return counts.indexOf(Math.max(...counts));
  });
  const places = commonest.flatMap((symbol, t) => answerRows(judged, t).map((row) => ({ row, symbol })));
  return judge(
    places.map(({ row, symbol }) => rows.target[row] === symbol),
    places.map(({ row }) => Math.floor(row / length)),
  );
}

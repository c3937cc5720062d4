/**
 * What the tasks on symbols share: the perplexity of predictions and of the bigram model that a network has to beat.
 * Perplexity is exp(mean −log p of the right symbol), per predicted symbol; a boundary that closes a word counts as one.
 */
import { ContractError } from "../core/errors.ts";
import { type ClassMetrics, classMetrics } from "../core/metrics.ts";
import type { Dataset, ScoredRows } from "../core/task.ts";
import type { Range } from "./chronological.ts";

/** Above this many classes the first five answers are looked at, above the other the first three. */
const MANY_CLASSES = 10;
const SOME_CLASSES = 4;

/** Rows of symbols: row t holds a symbol and the one that follows it. `mask` 0 leaves a row out. */
export interface SymbolRows {
  readonly input: Uint32Array<ArrayBuffer>; // [R]
  readonly target: Uint32Array<ArrayBuffer>; // [R]
  readonly mask: Float32Array<ArrayBuffer>; // [R]
  /** V, the size of the vocabulary. */
  readonly symbols: number;
}

/**
 * Perplexity over `judged` of a bigram model with add-one smoothing, p(b | a) = (count(a, b) + 1) / (count(a) + V), whose
 * counts come from `fitted` alone (Jurafsky & Martin, Speech and Language Processing, ch. 3).
 */
export function bigramPerplexity(rows: SymbolRows, fitted: Range, judged: Range): number {
  const { input, target, mask, symbols } = rows;
  const pairs = new Uint32Array(symbols * symbols);
  const singles = new Uint32Array(symbols);
  for (let row = fitted.first; row < fitted.end; row++) {
    if (mask[row] === 0) continue;
    const from = input[row] ?? 0;
    const pair = from * symbols + (target[row] ?? 0);
    pairs[pair] = (pairs[pair] ?? 0) + 1;
    singles[from] = (singles[from] ?? 0) + 1;
  }
  let surprise = 0;
  let count = 0;
  for (let row = judged.first; row < judged.end; row++) {
    if (mask[row] === 0) continue;
    const from = input[row] ?? 0;
    const seen = pairs[from * symbols + (target[row] ?? 0)] ?? 0;
    surprise -= Math.log((seen + 1) / ((singles[from] ?? 0) + symbols));
    count++;
  }
  return Math.exp(surprise / count);
}

/** Ids of the classes that the scored rows should have predicted. */
function classesOf(dataset: Dataset): { readonly rows: Uint32Array; readonly count: number } {
  const { target } = dataset;
  if (target.kind !== "classes")
    throw new ContractError({ operation: "score", tensor: "target" }, "classes", target.kind);
  return { rows: target.rows, count: target.labels.length };
}

/** Hits and surprise of the predictions, logits [count, V]. */
function scoreClasses(dataset: Dataset, { logits, rows }: ScoredRows): ClassMetrics {
  const classes = classesOf(dataset);
  return classMetrics(
    logits,
    Array.from(rows, (row) => classes.rows[row] ?? 0),
    classes.count,
  );
}

/** The share of rows whose class is among the first few answers, where there are enough classes for it to say something. */
function topShare({ topShares }: Pick<ClassMetrics, "topShares">): Readonly<Record<string, number>> {
  const share = (k: number) => topShares[k - 1] ?? Number.NaN;
  if (topShares.length > MANY_CLASSES) return { top5: share(5) };
  return topShares.length > SOME_CLASSES ? { top3: share(3) } : {};
}

/**
 * `perplexity` of the predictions, the same surprise in `bits` per symbol, `accuracy`, the share of symbols that are
 * predicted right, and `top5` or `top3`, the share of those among the first answers.
 */
export function scoreSymbols(dataset: Dataset, scored: ScoredRows): Readonly<Record<string, number>> {
  const metrics = scoreClasses(dataset, scored);
  const { perplexity, bitsPerSymbol: bits, accuracy } = metrics;
  return { perplexity, bits, accuracy, ...topShare(metrics) };
}

/** A model that is known by its perplexity, in the metrics of `scoreSymbols`. */
export function metricsOfPerplexity(perplexity: number): Readonly<Record<string, number>> {
  return { perplexity, bits: Math.log2(perplexity) };
}

/**
 * `accuracy`: share of rows whose largest logit stands at the right class (the first of equals counts); `top5` or `top3`: of
 * rows whose class is among the first answers.
 */
export function scoreAccuracy(dataset: Dataset, scored: ScoredRows): Readonly<Record<string, number>> {
  const metrics = scoreClasses(dataset, scored);
  return { accuracy: metrics.accuracy, ...topShare(metrics) };
}

/** What guessing among equally frequent classes reaches, in the metrics of `scoreAccuracy`. */
export function chanceOf(classes: number): Readonly<Record<string, number>> {
  const topShares = Array.from({ length: classes }, (_, k) => (k + 1) / classes);
  return { accuracy: 1 / classes, ...topShare({ topShares }) };
}

/**
 * Targets that are shares of a whole: several columns of a table that are at least 0 and sum to 1 in every row. The head's
 * logits then stand for shares by softmax, and the loss is cross-entropy against the distribution.
 */
import { ContractError, InputError } from "../core/errors.ts";
import { shareMetrics } from "../core/metrics.ts";
import type { Column, Dataset, ScoredRows, TargetRows } from "../core/task.ts";
import type { Range } from "./chronological.ts";
import type { RawColumn } from "./series-rows.ts";

/** Shares as a table writes them: rounded to three digits each, a dozen may miss 1 by this much. */
const SUM_TOLERANCE = 0.01;

type ShareTarget = Extract<TargetRows, { readonly kind: "shares" }>;

/**
 * The columns from moment `first` on as a target, divided by their sum. Throws `csv-invalid` with the first row (counted
 * from 1, below the header) that holds no shares, and for a single column, which is always all of itself.
 */
export function shareTarget(columns: readonly RawColumn[], { first, end }: Range): ShareTarget {
  const V = columns.length;
  if (V < 2) throw new InputError("csv-invalid", { reason: "one-share", columns: V });
  const rows = new Float32Array((end - first) * V);
  for (let t = first; t < end; t++) {
    const shares = columns.map(({ values }) => values[t] ?? Number.NaN);
    const sum = shares.reduce((total, share) => total + share, 0);
    if (shares.some((share) => share < 0) || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new InputError("csv-invalid", { reason: "no-shares", row: t + 1, sum });
    }
    shares.forEach((share, v) => {
      rows[(t - first) * V + v] = share / sum;
    });
  }
  const scaling = { mean: 0, deviation: 1 };
  return { kind: "shares", rows, columns: columns.map(({ name, unit }): Column => ({ name, unit, scaling })) };
}

/** `divergence` and `accuracy` of the predicted shares. */
export function scoreShares({ target }: Pick<Dataset, "target">, scored: ScoredRows): Readonly<Record<string, number>> {
  if (target.kind !== "shares")
    throw new ContractError({ operation: "score", tensor: "target" }, "shares", target.kind);
  const V = target.columns.length;
  const truth = Array.from(scored.rows).flatMap((row) => [...target.rows.subarray(row * V, (row + 1) * V)]);
  return { ...shareMetrics(Float32Array.from(scored.logits), truth, V) };
}

/** What always answering the mean shares of the rows `fitted` reaches over the rows `judged`. */
export function meanShares(
  target: ShareTarget,
  fitted: Range,
  judged: readonly number[],
): Readonly<Record<string, number>> {
  const V = target.columns.length;
  const sums = new Float64Array(V);
  for (let row = fitted.first; row < fitted.end; row++) {
    for (let v = 0; v < V; v++) sums[v] = (sums[v] ?? 0) + (target.rows[row * V + v] ?? Number.NaN);
  }
  // Softmax of logarithms is the shares themselves; a share that is always 0 stays next to impossible.
  const answer = Array.from(sums, (sum) => Math.log(Math.max(sum / (fitted.end - fitted.first), Number.MIN_VALUE)));
  const logits = Float32Array.from({ length: judged.length * V }, (_, i) => answer[i % V] ?? 0);
  return scoreShares({ target }, { logits, rows: Uint32Array.from(judged) });
}

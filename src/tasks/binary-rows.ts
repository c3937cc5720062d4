/** What the tasks with yes-or-no answers share: their test metrics, and what the best constant answer reaches. */
import { ContractError } from "../core/errors.ts";
import { binaryMetrics } from "../core/metrics.ts";
import type { Dataset, ScoredRows } from "../core/task.ts";

type Target = Pick<Dataset, "target">;

/** Truth of the first target column at the scored rows. */
function truthOf(
  { target }: Target,
  rows: ArrayLike<number>,
): { readonly truth: readonly number[]; readonly width: number } {
  if (target.kind !== "binary")
    throw new ContractError({ operation: "score", tensor: "target" }, "binary", target.kind);
  const width = target.columns.length;
  return { truth: Array.from(rows, (row) => target.rows[row * width] ?? Number.NaN), width };
}

/** `accuracy`, `f1` and `auc` of the first target column. */
export function scoreBinary(dataset: Target, { logits, rows }: ScoredRows): Readonly<Record<string, number>> {
  const { truth, width } = truthOf(dataset, rows);
  const { accuracy, f1, auc } = binaryMetrics(
    truth.map((_, i) => logits[i * width] ?? Number.NaN),
    truth,
  );
  return { accuracy, f1, auc };
}

/** The same of whoever always gives the answer that is commoner at the rows `fitted`, over the rows `judged`. */
export function baseRate(
  dataset: Target,
  fitted: ArrayLike<number>,
  judged: Uint32Array,
): Readonly<Record<string, number>> {
  const { truth, width } = truthOf(dataset, fitted);
  const yes = truth.filter((value) => value === 1).length;
  const logits = new Float32Array(judged.length * width).fill(2 * yes >= truth.length ? 1 : -1);
  return scoreBinary(dataset, { logits, rows: judged });
}

/** Which class was taken for which, in a terminal: counts over the test predictions of the last parameters. */
import { binaryMetrics, classMetrics } from "../../core/metrics.ts";
import type { Dataset, ScoredRows } from "../../core/task.ts";

/** counts[target][answer]. */
export interface Confusion {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** A larger matrix is not legible as a table. */
const CLASSES_SHOWN = 16;

/** The matrix, or null for numbers, for many classes, and for text that the model writes: no classes to confuse. */
export function confusionOf({ target }: Dataset, { logits, rows }: ScoredRows, generates: boolean): Confusion | null {
  if (target.kind === "binary") {
    const width = target.columns.length;
    const answers = Float32Array.from(rows, (_, i) => logits[i * width] ?? Number.NaN);
    const truth = Array.from(rows, (row) => target.rows[row * width] ?? Number.NaN);
    const { trueNegative, falsePositive, falseNegative, truePositive } = binaryMetrics(answers, truth);
    const counts = [
      [trueNegative, falsePositive],
      [falseNegative, truePositive],
    ];
    return { labels: target.labels, counts };
  }
  if (target.kind !== "classes" || generates || target.labels.length > CLASSES_SHOWN) return null;
  const C = target.labels.length;
  const truth = Array.from(rows, (row) => target.rows[row] ?? 0);
  const { confusion } = classMetrics(Float32Array.from(logits), truth, C);
  return { labels: target.labels, counts: target.labels.map((_, t) => [...confusion.subarray(t * C, (t + 1) * C)]) };
}

/** One line for each wanted class, answers by column. */
export function confusionLines({ labels, counts }: Confusion): readonly string[] {
  const width = Math.max(...labels.map((label) => label.length), ...counts.flat().map((count) => `${count}`.length));
  const line = (first: string, cells: readonly (string | number)[]) =>
    [first.padEnd(width), ...cells.map((cell) => `${cell}`.padStart(width))].join("  ");
  const rows = counts.map((row, target) => line(labels[target] ?? "", row));
  return ["answers by column, what was asked for by row:", line("", labels), ...rows];
}

/** The loss of the best answer that is always the same, computed from the held-out targets themselves. */
import type { Experiment } from "../../src/core/experiment.ts";
import type { Dataset } from "../../src/core/task.ts";

/** Rows of the validation windows that the head answers at. */
function judgedRows({ windows, mask, length }: Dataset, head: Experiment["model"]["head"]): readonly number[] {
  const steps = Array.from({ length }, (_, t) => t).slice(head === "last" ? -1 : 0);
  return Array.from(windows.validation).flatMap((start) =>
    steps.map((t) => start + t).filter((row) => mask[row] === 1),
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean surprise of values whose frequencies are known: their entropy in nats. */
function entropy(values: readonly number[]): number {
  const shares = [...new Set(values)].map((value) => values.filter((other) => other === value).length / values.length);
  return shares.reduce((sum, share) => sum - share * Math.log(share), 0);
}

/** Over the validation rows that the head answers at: variance around the mean, or entropy of the frequencies. */
export function constantLoss(dataset: Dataset, head: Experiment["model"]["head"]): number {
  const values = judgedRows(dataset, head).map((row) => dataset.target.rows[row] ?? Number.NaN);
  if (dataset.target.kind !== "values") return entropy(values);
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

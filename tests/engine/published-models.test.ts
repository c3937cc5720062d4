/**
 * Every published model and each of its variants learns on the CPU player: after the stated steps its validation loss is at
 * most 70 % of the loss of the best constant answer, which is computed here from the held-out targets themselves.
 */
import { describe, expect, test } from "vitest";
import { type Experiment, parseExperiment } from "../../src/core/experiment.ts";
import type { Dataset } from "../../src/core/task.ts";
import { PUBLISHED_MODELS } from "../../src/tasks/published-models.ts";
import { TASKS } from "../../src/tasks/registry.ts";
import { advanceTo, openRun } from "./examples.ts";

const SHARE = 0.7;
const VARIANTS = PUBLISHED_MODELS.flatMap(({ variants }) => variants);

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

/** Loss of the best answer that is the same at every row: variance around the mean, or entropy of the frequencies. */
function constantLoss(dataset: Dataset, head: Experiment["model"]["head"]): number {
  const values = judgedRows(dataset, head).map((row) => dataset.target.rows[row] ?? Number.NaN);
  if (dataset.target.kind !== "values") return entropy(values);
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

describe("published models", { timeout: 300_000 }, () => {
  test("have variants of different names that are valid as they stand", () => {
    expect(PUBLISHED_MODELS.map(({ name, variants }) => variants[0]?.name === name)).not.toContain(false);
    expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length);
    for (const { experiment } of VARIANTS) expect(parseExperiment(experiment)).toEqual({ ok: true, experiment });
  });

  test.each(VARIANTS)("$name learns in $steps steps", async ({ experiment, steps }) => {
    const dataset = await TASKS[experiment.task.name].load(experiment, null);
    expect(dataset.notes).toEqual([]);
    const quiet = { ...experiment, training: { ...experiment.training, evaluateEvery: steps } };
    const run = await openRun(quiet, dataset);
    const { evaluations, faults } = await advanceTo(run, steps);
    expect(faults).toEqual([]);
    const ratio = (evaluations.at(-1)?.validationLoss ?? Number.NaN) / constantLoss(dataset, experiment.model.head);
    expect(ratio).toBeLessThanOrEqual(SHARE);
  });
});

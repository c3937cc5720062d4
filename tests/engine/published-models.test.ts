/**
 * Every published model and each of its variants learns on the fast CPU player: after the stated steps its validation loss is at
 * most 70 % of the loss of the best constant answer, which is computed here from the held-out targets themselves.
 */
import { describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { parseExperiment } from "../../src/core/experiment.ts";
import { PUBLISHED_MODELS } from "../../src/tasks/published-models.ts";
import { TASKS } from "../../src/tasks/registry.ts";
import { constantLoss } from "./constant-loss.ts";
import { advanceTo, openRun } from "./examples.ts";

const SHARE = 0.7;
const backend = await createWasmBackend();
const VARIANTS = PUBLISHED_MODELS.flatMap(({ variants }) => variants);

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
    const run = await openRun(quiet, dataset, { backend });
    const { evaluations, faults } = await advanceTo(run, steps);
    expect(faults).toEqual([]);
    const ratio = (evaluations.at(-1)?.validationLoss ?? Number.NaN) / constantLoss(dataset, experiment.model.head);
    expect(ratio).toBeLessThanOrEqual(SHARE);
  });
});

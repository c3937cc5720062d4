/**
 * Losses as an experiment chooses them, in whole runs: however validation windows are cut into batches, their loss is the
 * one that the reduction and the weights of classes define over all of them.
 */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import { USUAL_LOSSES } from "../../src/core/loss-choice.ts";
import type { Dataset } from "../../src/core/task.ts";
import { classWeightsOf } from "../../src/engine/class-weights.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

type Training = Partial<Experiment["training"]>;

/** Validation loss of the initial parameters, which do not depend on the batch. */
async function firstLoss(training: Training, batch: number, dataset: Dataset = textDataset()): Promise<number> {
  const run = await openRun(exampleExperiment({ ...training, batch }), dataset);
  return (await run.evaluate()).validationLoss;
}

/** "aabaac…": the b is rare, the c rarer. */
function unevenDataset(): Dataset {
  const text = textDataset();
  if (text.target.kind !== "classes") throw new Error("the text has classes");
  const rows = text.target.rows.map((_, row) => (row % 6 === 5 ? 2 : row % 3 === 2 ? 1 : 0));
  return { ...text, target: { ...text.target, rows } };
}

const weighted = { ...USUAL_LOSSES.weighted, smoothing: 0.1 };
const VALIDATION_WINDOWS = 15;

describe("the validation loss", () => {
  const trainings: readonly (readonly [string, Training])[] = [
    ["mean", {}],
    ["mean by sequence", { reduction: "sequences" }],
    ["weights of classes", { loss: weighted }],
    ["given weights of classes", { loss: { ...weighted, weights: [1, 0, 5] } }],
  ];
  test.each(trainings)("with %s does not depend on how windows are cut into batches", async (_name, training) => {
    const whole = await firstLoss(training, VALIDATION_WINDOWS, unevenDataset());
    const cut = await firstLoss(training, 4, unevenDataset());
    expect(cut).toBeCloseTo(whole, 6);
  });

  test.each([
    ["values", sineDataset()],
    ["classes", textDataset()],
  ] as const)("of a sum of %s is that of a whole batch", async (_name, dataset) => {
    // One live window of the last batch of four stands for a quarter of a batch.
    const { windows } = dataset;
    const validation = windows.validation.slice(0, 9);
    const data = { ...dataset, windows: { ...windows, validation } };
    const mean = await firstLoss({}, 4, data);
    const sum = await firstLoss({ reduction: "sum" }, 4, data);
    let rows = 0;
    for (const start of validation) for (let t = 0; t < data.length; t++) rows += data.mask[start + t] ?? 0;
    expect(sum).toBeCloseTo((mean * rows * 4) / 9, 4);
  });
});

describe("training", () => {
  test.each([
    ["a sum", { reduction: "sum", learningRate: 0.01 }],
    ["means by sequence", { reduction: "sequences" }],
    ["balanced classes", { loss: weighted }],
  ] as const)("on %s learns the text, and its loss begins at that of the parameters", async (_name, training) => {
    const run = await openRun(exampleExperiment(training), textDataset());
    const { losses, evaluations } = await advanceTo(run, 150);
    expect(evaluations.at(-1)?.validationLoss).toBeLessThan((losses[0] ?? Number.NaN) / 2);
  });

  test("on yes and no as probabilities has the losses of the logits", async () => {
    const sine = sineDataset();
    if (sine.target.kind !== "values") throw new Error("the sine has values");
    const { columns, rows } = sine.target;
    const answers = rows.map((value) => Number(value > 0));
    const dataset: Dataset = { ...sine, target: { kind: "binary", rows: answers, columns, labels: ["no", "yes"] } };
    const lossesOf = async (loss: Experiment["training"]["loss"]) =>
      (await advanceTo(await openRun(exampleExperiment({ loss }), dataset), 30)).losses;
    const [logits, probabilities] = await Promise.all([
      lossesOf(USUAL_LOSSES.fitting),
      lossesOf(USUAL_LOSSES.probability),
    ]);
    for (const [step, loss] of logits.entries()) expect(probabilities[step]).toBeCloseTo(loss, 4);
    const twice = await lossesOf({ name: "positive-weight", positiveWeight: 2 });
    expect(twice[0]).toBeGreaterThan(logits[0] ?? Number.NaN);
  });

  test("on shares of a whole learns them, down to what they leave to chance", async () => {
    const sine = sineDataset();
    if (sine.target.kind !== "values") throw new Error("the sine has values");
    const [column] = sine.target.columns;
    if (!column) throw new Error("the sine has a column");
    const rows = Float32Array.from({ length: 2 * sine.mask.length }, (_, i) => {
      const share = (1 + Math.sin((Math.floor(i / 2) + 1) / 3)) / 2;
      return i % 2 === 0 ? share : 1 - share;
    });
    const dataset: Dataset = { ...sine, target: { kind: "shares", rows, columns: [column, column] } };
    const run = await openRun(exampleExperiment({ loss: USUAL_LOSSES.distribution }), dataset);
    const { evaluations } = await advanceTo(run, 400);
    // The entropy of the shares is the least cross-entropy there is; log 2 is that of knowing nothing.
    const steps = [...dataset.windows.validation].flatMap((start) =>
      [0, 1, 2, 3, 4, 5].map((t) => rows[2 * (start + t)] ?? 0),
    );
    const entropy = (p: number) => -(p * Math.log(p) + (1 - p) * Math.log(1 - p));
    const least = steps.reduce((sum, p) => sum + entropy(p), 0) / steps.length;
    const reached = evaluations.at(-1)?.bestValidationLoss ?? Number.NaN;
    expect(reached).toBeGreaterThan(least - 1e-6);
    expect(reached - least).toBeLessThan((Math.log(2) - least) / 5);
  });

  test("refuses weights of classes together with means by sequence", async () => {
    const experiment = exampleExperiment({ loss: weighted, reduction: "sequences" });
    await expect(openRun(experiment, textDataset())).rejects.toMatchObject({
      code: "experiment-invalid",
      details: { path: "training.reduction", actual: "sequences" },
    });
  });
});

describe("windows that are played in parts", () => {
  test.each([
    ["a sum", { reduction: "sum", learningRate: 0.001 }],
    ["means by sequence", { reduction: "sequences" }],
    ["weights of classes", { loss: weighted }],
  ] as const)("have the losses of whole ones on %s", async (_name, training) => {
    const [whole, parts] = await Promise.all([
      openRun(exampleExperiment(training), textDataset()),
      openRun(exampleExperiment({ ...training, checkpoint: 2 }), textDataset()),
    ]);
    const [expected, got] = await Promise.all([advanceTo(whole, 20), advanceTo(parts, 20)]);
    for (const [step, loss] of expected.losses.entries()) expect(got.losses[step]).toBeCloseTo(loss, 4);
    const last = got.evaluations.at(-1)?.validationLoss;
    expect(last).toBeCloseTo(expected.evaluations.at(-1)?.validationLoss ?? Number.NaN, 4);
  });
});

describe("weights of classes", () => {
  test("are balanced by the answers of the training windows, and 1 for a class without one", () => {
    const text = textDataset();
    if (text.target.kind !== "classes") throw new Error("the text has classes");
    // One window of six rows, all counted: four of class 0, two of class 2.
    const rows = Uint32Array.from({ length: 120 }, (_, row) => (row % 3 === 2 ? 2 : 0));
    const windows = { ...text.windows, train: Uint32Array.of(0) };
    const dataset: Dataset = { ...text, windows, target: { ...text.target, rows } };
    expect(classWeightsOf("balanced", dataset, "every")).toEqual([6 / (3 * 4), 1, 6 / (3 * 2)]);
    // The last row of the window is all that a head on the last step is asked for.
    expect(classWeightsOf("balanced", dataset, "last")).toEqual([1, 1, 1 / 3]);
  });

  test.each([[[1, 2]], [[1, 2, 3, 4]], [[0, 0, 0]]])("%j are refused for three classes", (given) => {
    expect(() => classWeightsOf(given, textDataset(), "every")).toThrow(
      expect.objectContaining({ code: "experiment-invalid" }),
    );
  });
});

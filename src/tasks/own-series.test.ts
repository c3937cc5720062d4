/** A user's columns as rows: scaling, split, naive baselines, and what is refused. */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import { USUAL_OPTIMIZERS } from "../core/optimizer-choice.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { ownSeries } from "./own-series.ts";

const experiment = (inputs: string[], targets: string[], length = 5): Experiment => ({
  version: 1,
  task: { name: "own-series", file: { name: "a.csv", bytes: 1, sha256: "0".repeat(64) }, inputs, targets },
  model: { layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 4 }], head: "every", initialMemory: 0 },
  training: {
    ...USUAL_TRAINING,
    optimizer: USUAL_OPTIMIZERS.sgd,
    learningRate: 0.1,
    clipNorm: null,
    batch: 1,
    length,
    evaluateEvery: 1,
  },
  seed: 1,
});

const MOMENTS = 100;
const TRAINED = 70; // 15 % validate and 15 % test
const column = (value: (t: number) => number) => Float64Array.from({ length: MOMENTS }, (_, t) => value(t));
const own = {
  kind: "series" as const,
  header: ["ramp", "zigzag", "level"],
  values: [column((t) => 2 * t), column((t) => (t % 2 === 0 ? 10 : 14)), column((t) => (t < TRAINED ? 0.1 : 7))],
};

describe("the rows", () => {
  test("hold this moment's inputs and the next moment's targets, scaled by the training part", async () => {
    const { input, target } = await ownSeries.load(experiment(["ramp", "zigzag"], ["zigzag", "ramp"]), own);
    if (input.kind !== "features" || target.kind !== "values") expect.fail("wrong kinds");
    const mean = TRAINED - 1; // of 0, 2, …, 138
    const deviation = 2 * Math.sqrt((TRAINED ** 2 - 1) / 12); // of evenly spaced values
    expect(input.columns[0]?.scaling.mean).toBeCloseTo(mean, 9);
    expect(input.columns[0]?.scaling.deviation).toBeCloseTo(deviation, 9);
    expect(input.columns[1]?.scaling).toEqual({ mean: expect.closeTo(12, 9), deviation: expect.closeTo(2, 9) });
    for (const t of [0, 1, 69, 98]) {
      expect(input.rows[t * 2]).toBeCloseTo((2 * t - mean) / deviation, 5);
      expect(target.rows[t * 2]).toBeCloseTo(t % 2 === 0 ? 1 : -1, 5);
      expect(target.rows[t * 2 + 1]).toBeCloseTo((2 * (t + 1) - mean) / deviation, 5);
    }
  });

  test("of a column that is constant in training are zeros there and the plain difference later", async () => {
    const { input, notes } = await ownSeries.load(experiment(["level"], ["ramp"]), own);
    if (input.kind !== "features") expect.fail("wrong kind");
    expect(input.columns[0]?.scaling).toEqual({ mean: 0.1, deviation: 1 });
    expect(input.rows[TRAINED - 1]).toBe(0);
    expect(input.rows[TRAINED]).toBeCloseTo(6.9, 6);
    expect(notes).toEqual([{ key: "constant-columns", numbers: { columns: 1 } }]);
  });
});

describe("the baseline", () => {
  test("is today's value where the target is an input", async () => {
    const { baseline } = await ownSeries.load(experiment(["zigzag"], ["zigzag"]), own);
    expect(baseline).toEqual({ name: "same-as-today", metrics: { mae: 4, rmse: 4, r2: -3 } });
  });

  test("is the training mean where it is not", async () => {
    const { baseline } = await ownSeries.load(experiment(["ramp"], ["zigzag"]), own);
    expect(baseline.name).toBe("mean");
    expect(baseline.metrics.mae).toBeCloseTo(2, 9);
    expect(baseline.metrics.rmse).toBeCloseTo(2, 9);
  });
});

test("scores are in the units of the first target", async () => {
  const dataset = await ownSeries.load(experiment(["zigzag"], ["zigzag", "ramp"]), own);
  const rows = dataset.windows.test.map((start) => start + 4);
  const logits = new Float32Array(rows.length * 2); // zeros: the training mean, 12, which is off by 2 everywhere
  const score = ownSeries.score(dataset, { logits, rows });
  expect(score.mae).toBeCloseTo(2, 5);
  expect(score.rmse).toBeCloseTo(2, 5);
});

test("state is carried over the training rows whose target trains too", async () => {
  const { stream } = await ownSeries.load(experiment(["ramp"], ["ramp"]), own);
  expect(stream).toEqual({ first: 0, end: TRAINED - 1 });
});

test("columns may be shares of a whole, where the loss is one of distributions", async () => {
  const rising = Float64Array.from({ length: MOMENTS }, (_, t) => t / MOMENTS);
  const shares = { kind: "series" as const, header: ["a", "b"], values: [rising, rising.map((share) => 1 - share)] };
  const base = experiment(["a"], ["a", "b"]);
  const chosen = { ...base, training: { ...base.training, loss: { name: "distribution" as const } } };
  const dataset = await ownSeries.load(chosen, shares);
  expect(dataset.target.kind).toBe("shares");
  expect([...dataset.target.rows.slice(0, 2)]).toEqual([1 / MOMENTS, 1 - 1 / MOMENTS].map(Math.fround));
  expect(dataset.baseline.name).toBe("mean");
  expect(dataset.baseline.metrics.divergence).toBeGreaterThan(0);
  await expect(ownSeries.load(chosen, own)).rejects.toMatchObject({ code: "csv-invalid" });
});

test("probes are held out and numbered as rows of the file", async () => {
  const { probes, probeLength } = await ownSeries.load(experiment(["ramp"], ["ramp"]), own);
  expect(probes).toEqual([{ title: "86 – 99", start: 85, length: 14 }]);
  expect(probeLength).toBe(60);
});

describe("what is refused", () => {
  test("one row, with the numbers", async () => {
    const short = { ...own, values: own.values.map((values) => values.slice(0, 1)) };
    await expect(ownSeries.load(experiment(["ramp"], ["ramp"]), short)).rejects.toMatchObject({
      code: "data-too-short",
      details: { rows: 1, needed: 18, length: 5 },
    });
  });

  test("a column that the file does not have", async () => {
    await expect(ownSeries.load(experiment(["slope"], ["ramp"]), own)).rejects.toMatchObject({
      code: "csv-invalid",
      details: { reason: "column-missing", column: "slope" },
    });
  });

  test("numbers too large to have a deviation", async () => {
    const huge = { ...own, values: own.values.map((values) => values.map((value, t) => (t === 3 ? 1e300 : value))) };
    await expect(ownSeries.load(experiment(["ramp"], ["ramp"]), huge)).rejects.toMatchObject({
      code: "csv-invalid",
      details: { reason: "range", column: "ramp", maximum: 1e300 },
    });
  });

  test("an experiment without its file", async () => {
    await expect(ownSeries.load(experiment(["ramp"], ["ramp"]), null)).rejects.toMatchObject({ code: "data-missing" });
  });
});

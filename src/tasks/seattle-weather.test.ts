/** The weather rows against the numbers that the file and the task description state. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import { parseExperiment } from "../core/experiment.ts";
import { seattleWeather } from "./seattle-weather.ts";

const preset = seattleWeather.preset ?? expect.fail("no preset");
const withLength = (length: number): Experiment => ({ ...preset, training: { ...preset.training, length } });
const dataset = await seattleWeather.load(preset, null);

/** The original file, read the slow and plain way. */
const file = readFileSync(new URL("../../node_modules/vega-datasets/data/seattle-weather.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));
const maximumOf = (day: number): number => Number(file[day]?.[2]);
const dayOf = (date: string): number => file.findIndex((cells) => cells[0] === date);

describe("the data", () => {
  test("has 1,461 days, each but the last a row", () => {
    expect(file).toHaveLength(1461);
    expect(dataset.rowLabels).toEqual(file.slice(0, -1).map(([date]) => date));
    expect(dataset.mask).toHaveLength(1460);
  });

  test("gives back the file's numbers when unscaled, tomorrow's maximum as target", () => {
    const { input, target } = dataset;
    if (input.kind !== "features" || target.kind !== "values") expect.fail("wrong kinds");
    const fileColumns = [2, 3, 1, 4];
    for (const day of [0, 59, 730, 731, 1459]) {
      input.columns.forEach(({ scaling }, d) => {
        const value = (input.rows[day * 4 + d] ?? Number.NaN) * scaling.deviation + scaling.mean;
        expect(value).toBeCloseTo(Number(file[day]?.[fileColumns[d] ?? 0]), 4);
      });
      const { mean = 0, deviation = 0 } = target.columns[0]?.scaling ?? {};
      expect((target.rows[day] ?? Number.NaN) * deviation + mean).toBeCloseTo(maximumOf(day + 1), 4);
    }
  });

  test("is scaled by the training years alone", () => {
    const { input } = dataset;
    if (input.kind !== "features") expect.fail("wrong kind");
    const days = dayOf("2014-01-01");
    [2, 3, 1, 4].forEach((cell, d) => {
      const values = file.slice(0, days).map((cells) => Number(cells[cell]));
      const mean = values.reduce((sum, value) => sum + value, 0) / days;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / days);
      expect(input.columns[d]?.scaling.mean).toBeCloseTo(mean, 9);
      expect(input.columns[d]?.scaling.deviation).toBeCloseTo(deviation, 9);
    });
  });
});

describe("the split", () => {
  test("carries state over the training years alone", () => {
    const { windows, stream } = dataset;
    expect(stream).toEqual({ first: 0, end: Math.max(...windows.train) + preset.training.length });
  });

  test.each([1, 7, 30, 90, 364])("keeps windows of %i days apart in time, targets included", async (length) => {
    const { windows } = await seattleWeather.load(withLength(length), null);
    const lastTarget = (starts: Uint32Array): number => Math.max(...starts) + length;
    expect(lastTarget(windows.train)).toBe(dayOf("2013-12-31"));
    expect(Math.min(...windows.validation)).toBe(dayOf("2014-01-01"));
    expect(lastTarget(windows.validation)).toBeLessThanOrEqual(dayOf("2014-12-31"));
    const forecastDays = Array.from(windows.test, (start) => start + length);
    expect(forecastDays).toHaveLength(335);
    expect(forecastDays[0]).toBe(dayOf("2015-01-31"));
    expect(forecastDays.at(-1)).toBe(dayOf("2015-12-31"));
  });

  test("lets the preset's test windows begin with the test year", () => {
    expect(dataset.windows.test[0]).toBe(dayOf("2015-01-01"));
  });

  test("refuses a window longer than the validation year, with the numbers", async () => {
    await expect(seattleWeather.load(withLength(365), null)).rejects.toMatchObject({
      code: "data-too-short",
      details: { rows: 365, needed: 366, length: 365 },
    });
  });
});

describe("scores", () => {
  test("the naive forecast has MAE 2.25 and RMSE 2.93 °C on the test year", () => {
    expect(dataset.baseline.name).toBe("same-as-today");
    expect(dataset.baseline.metrics.mae).toBeCloseTo(2.25, 2);
    expect(dataset.baseline.metrics.rmse).toBeCloseTo(2.93, 2);
  });

  test("scoring the naive forecast through the task gives the baseline", () => {
    const { input } = dataset;
    const rows = dataset.windows.test.map((start) => start + dataset.length - 1);
    const logits = Float32Array.from(rows, (row) => input.rows[row * 4] ?? Number.NaN); // today's maximum has the target's scaling
    const score = seattleWeather.score(dataset, { logits, rows });
    expect(score.mae).toBeCloseTo(dataset.baseline.metrics.mae ?? Number.NaN, 5);
    expect(score.rmse).toBeCloseTo(dataset.baseline.metrics.rmse ?? Number.NaN, 5);
  });
});

test("probes are held out and titled by their dates", () => {
  for (const { start, length, title } of dataset.probes) {
    expect(start).toBeGreaterThanOrEqual(dayOf("2015-01-01"));
    expect(start + length).toBeLessThanOrEqual(1460);
    expect(length).toBeLessThanOrEqual(dataset.probeLength);
    expect(title).toBe(`${file[start]?.[0]} – ${file[start + length - 1]?.[0]}`);
  }
});

test("the preset is a valid experiment within the bounds of the task", () => {
  expect(parseExperiment(preset)).toMatchObject({ ok: true });
  expect(preset.model.head).toBe("every");
  expect(preset.model.layers[0]?.units).toBeLessThanOrEqual(32);
  expect(preset.training.batch).toBe(32);
  expect(preset.training.length).toBeLessThanOrEqual(30);
});

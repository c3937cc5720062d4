/**
 * Tomorrow's maximum temperature in Seattle from today's temperatures, precipitation and wind. 2012 and 2013 train, 2014
 * validates, 2015 tests. The same 335 days are scored whatever the window length, so that results compare; they are the
 * days of 2015 that have 30 days of that year behind them. A longer window reaches back into 2014 for inputs: the past is
 * known when a forecast is made.
 */
import type { Experiment } from "../core/experiment.ts";
import type { DataSource, Dataset, ProbeChoice, TaskDefinition, Thumbnail } from "../core/task.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { type Range, streamRows, windowStarts } from "./chronological.ts";
import { fitColumns, lastRowsOf, naiveErrors, type RawColumn, scaledRows, scoreForecast } from "./series-rows.ts";

const TRAIN_DAYS = 366 + 365; // 2012, 2013
const VALIDATION_DAYS = 365; // 2014
const SCORED_AFTER_DAYS = 30;
/** Two months: long enough to see a unit follow the season, short enough for one screen. */
const PROBE_DAYS = 60;
/** Spread over the year; two batches, so that an evaluation stays cheap beside twenty training steps. */
const VALIDATION_WINDOWS = 64;

/** Gentle enough that the forecast stays better than naive long after its best step, about 120. */
const preset: Experiment = {
  version: 1,
  task: { name: "seattle-weather" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 32 }],
    head: "every",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.003,
    clipNorm: 1,
    batch: 32,
    length: 30,
    evaluateEvery: 20,
  },
  seed: 1,
};

const sources: readonly DataSource[] = [
  {
    title: "Seattle weather, 2012–2015 (vega-datasets)",
    url: "https://github.com/vega/vega-datasets",
    licence: "BSD-3-Clause (package); public domain (NOAA observations)",
    about: "Daily maximum and minimum temperature, precipitation and wind, recorded for NOAA.",
  },
];

const fromTenths = (tenths: readonly number[]): Float64Array => Float64Array.from(tenths, (value) => value / 10);

/** One held-out stretch for each quarter of the test year. */
function probesOf(days: readonly string[], test: Range): ProbeChoice[] {
  return [0, 91, 182, 273].map((offset) => {
    const start = test.first + offset;
    return { title: `${days[start]} – ${days[start + PROBE_DAYS - 1]}`, start, length: PROBE_DAYS };
  });
}

/** The columns in their units; the maximum is both what comes in and, a day later, what goes out. */
async function readColumns(): Promise<{ days: readonly string[]; maximum: RawColumn; others: readonly RawColumn[] }> {
  const data = await import("virtual:seattle-weather");
  return {
    days: data.days,
    maximum: { name: "tmax", unit: "°C", values: fromTenths(data.maximum) },
    others: [
      { name: "tmin", unit: "°C", values: fromTenths(data.minimum) },
      { name: "precipitation", unit: "mm", values: fromTenths(data.precipitation) },
      // The package's own description says km/h; a mean of 3.2 at this airport is metres per second.
      { name: "wind", unit: "m/s", values: fromTenths(data.wind) },
    ],
  };
}

async function load(experiment: Experiment): Promise<Dataset> {
  const { days, maximum, others } = await readColumns();
  const { length } = experiment.training;
  const train: Range = { first: 0, end: TRAIN_DAYS };
  const validation: Range = { first: TRAIN_DAYS, end: TRAIN_DAYS + VALIDATION_DAYS };
  const test: Range = { first: validation.end, end: days.length };
  const scored: Range = { first: test.first + SCORED_AFTER_DAYS - length, end: test.end };
  const windows = {
    validation: windowStarts(validation, length, VALIDATION_WINDOWS), // the shortest part: refuses what is too long
    train: windowStarts(train, length, days.length),
    test: windowStarts(scored, length, days.length),
  };
  const inputs = [maximum, ...others];
  const inputColumns = fitColumns(inputs, train);
  const targetColumns = fitColumns([maximum], train);
  const rows = days.length - 1; // the last day has no tomorrow
  const inputRows = scaledRows(inputs, inputColumns, { first: 0, end: rows });
  const targetRows = scaledRows([maximum], targetColumns, { first: 1, end: days.length });
  const sameAsToday = naiveErrors(lastRowsOf(windows.test, length), maximum.values, (t) => maximum.values[t] ?? 0);
  return {
    task: "seattle-weather",
    input: { kind: "features", rows: inputRows, columns: inputColumns },
    target: { kind: "values", rows: targetRows, columns: targetColumns },
    mask: new Float32Array(rows).fill(1),
    length,
    windows,
    stream: streamRows(train),
    probes: probesOf(days, test),
    probeLength: PROBE_DAYS,
    rowLabels: days.slice(0, rows),
    baseline: { name: "same-as-today", metrics: sameAsToday },
    notes: [],
  };
}

/** The maximum temperature over the training years, scaled. */
function thumbnail(dataset: Dataset): Thumbnail {
  const { rows } = dataset.input;
  return { kind: "line", values: Float32Array.from({ length: TRAIN_DAYS }, (_, t) => rows[t * 4] ?? 0) };
}

/** The built-in weather task. */
export const seattleWeather: TaskDefinition = {
  name: "seattle-weather",
  preset,
  sources,
  head: null,
  scoredSteps: "last",
  load,
  thumbnail,
  score: scoreForecast,
};

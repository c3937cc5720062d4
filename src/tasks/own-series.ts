/**
 * The next row of the user's own series from the rows so far: chosen columns in, chosen columns out. The order of the file
 * is taken for the order of time; the beginning trains, the end validates and tests. Values arrive checked by interop.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Dataset, OwnData, ProbeChoice, TaskDefinition, Thumbnail } from "../core/task.ts";
import { MAXIMUM_TRAINING_WINDOWS, type Range, splitInTime, streamRows, windowStarts } from "./chronological.ts";
import { fitColumns, lastRowsOf, naiveErrors, type RawColumn, scaledRows, scoreForecast } from "./series-rows.ts";
import { meanShares, scoreShares, shareTarget } from "./share-rows.ts";

const HELD_OUT_SHARE = 0.15;
const VALIDATION_WINDOWS = 64;
const TEST_WINDOWS = 512;
const PROBES = 4;
const SHORTEST_PROBE_CAPACITY = 60;
const THUMBNAIL_POINTS = 500;

/** The columns called `names`, in that order. Throws `csv-invalid` for a name that the file does not have. */
function pickColumns(own: Extract<OwnData, { kind: "series" }>, names: readonly string[]): RawColumn[] {
  return names.map((name) => {
    const values = own.values[own.header.indexOf(name)];
    if (values === undefined) throw new InputError("csv-invalid", { reason: "column-missing", column: name });
    return { name, unit: "", values };
  });
}

function constantIn(columns: readonly RawColumn[], { first, end }: Range): number {
  return columns.filter(({ values }) =>
    Array.from(values)
      .slice(first, end)
      .every((value) => value === values[first]),
  ).length;
}

/** Naive forecast of the first target: today's value where the model sees it too, else the mean of the training rows. */
function baselineOf(
  target: RawColumn,
  mean: number,
  isInput: boolean,
  lastRows: readonly number[],
): Dataset["baseline"] {
  return isInput
    ? { name: "same-as-today", metrics: naiveErrors(lastRows, target.values, (t) => target.values[t] ?? 0) }
    : { name: "mean", metrics: naiveErrors(lastRows, target.values, () => mean) };
}

function probesOf(test: Range, capacity: number): ProbeChoice[] {
  const rows = test.end - test.first - 1;
  const length = Math.min(rows, capacity);
  const offsets = new Set(Array.from({ length: PROBES }, (_, i) => Math.floor(((rows - length) * i) / (PROBES - 1))));
  return Array.from(offsets, (offset) => {
    const start = test.first + offset;
    return { title: `${start + 1} – ${start + length}`, start, length };
  });
}

/** What decides the targets of an own table. */
interface TargetParts {
  readonly experiment: Experiment;
  readonly inputs: readonly string[];
  readonly targets: readonly RawColumn[];
  readonly moments: number;
  readonly train: Range;
  /** Last row of each test window. */
  readonly lastRows: readonly number[];
}

/** The columns of the next row: shares of a whole where the loss is one of distributions, else numbers. */
function judgedTarget(parts: TargetParts): Pick<Dataset, "target" | "baseline"> {
  const { experiment, inputs, targets, moments, train, lastRows } = parts;
  const next = { first: 1, end: moments };
  if (experiment.training.loss.name === "distribution") {
    const target = shareTarget(targets, next);
    // The target of row t is moment t + 1, which must train as well.
    const fitted = { first: train.first, end: train.end - 1 };
    return { target, baseline: { name: "mean", metrics: meanShares(target, fitted, lastRows) } };
  }
  const columns = fitColumns(targets, train);
  const [first = { name: "", unit: "", values: [] }] = targets;
  return {
    target: { kind: "values", rows: scaledRows(targets, columns, next), columns },
    baseline: baselineOf(first, columns[0]?.scaling.mean ?? 0, inputs.includes(first.name), lastRows),
  };
}

async function load(experiment: Experiment, own: OwnData | null): Promise<Dataset> {
  const { task, training } = experiment;
  if (task.name !== "own-series" || own?.kind !== "series")
    throw new InputError("data-missing", { task: "own-series" });
  const inputs = pickColumns(own, task.inputs);
  const targets = pickColumns(own, task.targets);
  const moments = own.values[0]?.length ?? 0;
  const { length } = training;
  const parts = splitInTime(moments, length, HELD_OUT_SHARE, "rows");
  const inputColumns = fitColumns(inputs, parts.train);
  const rows = moments - 1;
  const testWindows = windowStarts(parts.test, length, TEST_WINDOWS);
  const probeLength = Math.max(length, SHORTEST_PROBE_CAPACITY);
  const lastRows = lastRowsOf(testWindows, length);
  const judged = judgedTarget({ experiment, inputs: task.inputs, targets, moments, train: parts.train, lastRows });
  const constant = constantIn(inputs, parts.train);
  return {
    task: "own-series",
    input: { kind: "features", rows: scaledRows(inputs, inputColumns, { first: 0, end: rows }), columns: inputColumns },
    target: judged.target,
    mask: new Float32Array(rows).fill(1),
    length,
    windows: {
      train: windowStarts(parts.train, length, MAXIMUM_TRAINING_WINDOWS),
      validation: windowStarts(parts.validation, length, VALIDATION_WINDOWS),
      test: testWindows,
    },
    stream: streamRows(parts.train),
    probes: probesOf(parts.test, probeLength),
    probeLength,
    rowLabels: null,
    baseline: judged.baseline,
    notes: constant > 0 ? [{ key: "constant-columns", numbers: { columns: constant } }] : [],
  };
}

/** The beginning of the first input column, scaled. */
function thumbnail({ input }: Dataset): Thumbnail {
  const width = input.kind === "features" ? input.columns.length : 1;
  const count = Math.min(THUMBNAIL_POINTS, input.rows.length / width);
  return { kind: "line", values: Float32Array.from({ length: count }, (_, t) => input.rows[t * width] ?? 0) };
}

/** Columns of a CSV that the user opens. */
export const ownSeries: TaskDefinition = {
  name: "own-series",
  preset: null,
  sources: [],
  head: null,
  scoredSteps: "last",
  load,
  thumbnail,
  score: (dataset, scored) =>
    dataset.target.kind === "shares" ? scoreShares(dataset, scored) : scoreForecast(dataset, scored),
};

/**
 * From the engine's values to what the page is told: layers, data, results and snapshots, in the user's units. Rows stay
 * in the worker. Everything here is a pure function; arrays in the results are new and may be transferred.
 */

import { softmaxRows } from "../core/metrics.ts";
import type { Column, Dataset, TargetRows } from "../core/task.ts";
import { layerParts } from "../engine/layer-parts.ts";
import type { ProbeResult } from "../engine/probe.ts";
import type { Run } from "../engine/run.ts";
import type { Evaluation } from "../engine/run-report.ts";
import type { ProbeInput } from "./probe-input.ts";
import type { DatasetSummary, Event, LayerSummary, TaskResult } from "./protocol.ts";

type Floats = Float32Array<ArrayBuffer>;
type BinaryRows = Extract<TargetRows, { readonly kind: "binary" }>;

/** One summary per part of the model, in order: every layer, in each of its directions. */
export function describeLayers({ model }: Run): readonly LayerSummary[] {
  const { layers } = model.shape;
  return layerParts(layers).map(({ layer, direction, units, views }) => ({
    layer,
    direction,
    cell: layers[layer]?.cell ?? "",
    units,
    parameters: model.layerParameters[layer] ?? 0,
    views: views.map(({ name, range }) => ({ name, range })),
  }));
}

/** What the page needs of the data. */
export function describeDataset(dataset: Dataset): DatasetSummary {
  const { input, target, windows } = dataset;
  return {
    task: dataset.task,
    inputColumns: input.kind === "features" ? input.columns : [],
    targetColumns: target.kind === "classes" ? [] : target.columns,
    vocabulary: input.kind === "tokens" ? input.vocabulary : [],
    labels: target.kind === "classes" ? target.labels : [],
    length: dataset.length,
    windows: { train: windows.train.length, validation: windows.validation.length, test: windows.test.length },
    probes: dataset.probes,
    probeLength: dataset.probeLength,
    baseline: dataset.baseline,
    notes: dataset.notes,
  };
}

/** Scaled rows [count, columns] in the units of their columns. */
function inUnits(rows: Float32Array, columns: readonly Column[]): Floats {
  return Float32Array.from(rows, (value, i) => {
    const { mean, deviation } = columns[i % columns.length]?.scaling ?? { mean: 0, deviation: 1 };
    return value * deviation + mean;
  });
}

/** Column 0 of [count, width]. */
function firstColumn(rows: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: rows.length / width }, (_, i) => rows[i * width] ?? Number.NaN);
}

function indexOfLargest(row: Float32Array): number {
  return row.reduce((best, value, i) => (value > (row[best] ?? Number.NEGATIVE_INFINITY) ? i : best), 0);
}

/** Counts [2, 2] of the first column: row = target, column = answer, which is yes from logit 0 on. */
function confuseBinary(
  { logits, rows }: Evaluation["latestRows"],
  { rows: truth, columns }: BinaryRows,
): Uint32Array<ArrayBuffer> {
  const width = columns.length;
  const confusion = new Uint32Array(4);
  rows.forEach((row, i) => {
    const wanted = truth[row * width] === 1 ? 1 : 0;
    const answered = (logits[i * width] ?? Number.NaN) >= 0 ? 1 : 0;
    const cell = 2 * wanted + answered;
    confusion[cell] = (confusion[cell] ?? 0) + 1;
  });
  return confusion;
}

/**
 * The picture of a task's test result. Text models have none: their vocabulary is no set of classes to confuse, and what
 * they say is shown by generation.
 */
export function describeResult(evaluation: Evaluation, dataset: Dataset, generates: boolean): TaskResult {
  const { target, rowLabels } = dataset;
  const { latestRows, bestRows } = evaluation;
  if (target.kind === "values" || target.kind === "shares") {
    const column = target.columns.slice(0, 1);
    const width = target.columns.length;
    const answers = (logits: Float32Array) => (target.kind === "shares" ? softmaxRows(logits, width) : logits);
    const truth = Float32Array.from(latestRows.rows, (row) => target.rows[row * width] ?? Number.NaN);
    return {
      kind: "forecast",
      // Row t holds the target of t + 1; the last one has no row of its own to be labelled by.
      labels: Array.from(latestRows.rows, (row) => rowLabels?.[row + 1] ?? `${row + 2}`),
      truth: inUnits(truth, column),
      latest: inUnits(firstColumn(answers(latestRows.logits), width), column),
      best: inUnits(firstColumn(answers(bestRows.logits), width), column),
    };
  }
  if (target.kind === "binary")
    return { kind: "classes", labels: target.labels, confusion: confuseBinary(latestRows, target) };
  if (generates) return { kind: "none" };
  const V = target.labels.length;
  const confusion = new Uint32Array(V * V);
  latestRows.rows.forEach((row, i) => {
    const predicted = indexOfLargest(latestRows.logits.subarray(i * V, (i + 1) * V));
    const cell = (target.rows[row] ?? 0) * V + predicted;
    confusion[cell] = (confusion[cell] ?? 0) + 1;
  });
  return { kind: "classes", labels: target.labels, confusion };
}

type SnapshotEvent = Extract<Event, { readonly type: "snapshot" }>;

/** Labels, inputs, outputs and targets of a probe beside its gates. */
export function describeSnapshot(
  runId: number,
  step: number,
  parts: { readonly dataset: Dataset; readonly input: ProbeInput; readonly result: ProbeResult },
): SnapshotEvent {
  const { dataset, input, result } = parts;
  const { target } = dataset;
  const features = dataset.input.kind === "features" ? dataset.input.columns : [];
  return {
    type: "snapshot",
    runId,
    step,
    probe: {
      title: input.title,
      length: result.length,
      labels: input.labels,
      inputs: input.sequence instanceof Float32Array ? inUnits(input.sequence, features) : new Float32Array(0),
      outputs: target.kind === "values" ? inUnits(result.outputs, target.columns) : result.outputs,
      targets: target.kind === "values" ? inUnits(input.targets, target.columns) : input.targets,
    },
    layers: result.layers,
  };
}

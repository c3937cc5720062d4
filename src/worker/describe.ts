/**
 * From the engine's values to what the page is told: layers, data, results and snapshots, in the user's units. Rows stay
 * in the worker. Everything here is a pure function; arrays in the results are new and may be transferred.
 */

import { elementCount } from "../core/dims.ts";
import { softmaxRows } from "../core/metrics.ts";
import type { Column, Dataset, TargetRows } from "../core/task.ts";
import { findCell } from "../engine/cells/find-cell.ts";
import { layerParts } from "../engine/layer-parts.ts";
import type { ProbeResult } from "../engine/probe.ts";
import type { Run } from "../engine/run.ts";
import type { Evaluation } from "../engine/run-report.ts";
import type { ProbeInput } from "./probe-input.ts";
import type { Event } from "./protocol.ts";
import type { Answer, DatasetSummary, FoundAnswer, LayerSummary, TaskResult } from "./summaries.ts";

type Floats = Float32Array<ArrayBuffer>;
type BinaryRows = Extract<TargetRows, { readonly kind: "binary" }>;

/** Parameters of a part that is no layer of the stack. */
function countParameters({ segments }: Run["model"], owners: readonly string[]): number {
  const own = segments.filter(({ name }) => owners.some((owner) => name.startsWith(`${owner}.`)));
  return own.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** The decoder and its attention, in the order of the probe's parts. */
function describeDecoder({ model, spec }: Run): readonly LayerSummary[] {
  const { decoder } = spec;
  if (!decoder) return [];
  const { layer, form, sourceSteps } = decoder;
  const first = { layer: model.shape.layers.length, direction: null } as const;
  const cell: LayerSummary = {
    ...{ ...first, role: "decoder", cell: layer.cell, units: layer.units },
    parameters: countParameters(model, ["decoder", "combine"]),
    views: findCell(layer).views.map(({ name, range }) => ({ name, range })),
  };
  if (form.kind === "plain") return [cell];
  const attention: LayerSummary = {
    ...{ ...first, layer: first.layer + 1, role: "attention", cell: "", units: sourceSteps },
    parameters: countParameters(model, ["attention"]),
    views: [{ name: "α", range: "gate" }],
  };
  return [cell, attention];
}

/** One summary per part of the model, in order: every layer, in each of its directions; then decoder and attention. */
export function describeLayers(run: Run): readonly LayerSummary[] {
  const { model } = run;
  const { layers } = model.shape;
  const stack = layerParts(layers).map(({ layer, direction, units, views }) => ({
    layer,
    direction,
    cell: layers[layer]?.cell ?? "",
    units,
    parameters: model.layerParameters[layer] ?? 0,
    views: views.map(({ name, range }) => ({ name, range })),
  }));
  return [...stack, ...describeDecoder(run)];
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

/** Test pairs that are shown. */
const ANSWERS_SHOWN = 12;

/** The first test pairs with what the latest parameters made of them. */
function readAnswers({ latestRows }: Evaluation, { input, target, length, windows }: Dataset): readonly Answer[] {
  if (input.kind !== "tokens" || target.kind !== "classes") return [];
  const { vocabulary, boundary } = input;
  const V = target.labels.length;
  const said = new Map<number, number[]>();
  latestRows.rows.forEach((row, i) => {
    const start = row - (row % length);
    const symbols = said.get(start) ?? [];
    symbols.push(indexOfLargest(latestRows.logits.subarray(i * V, (i + 1) * V)));
    said.set(start, symbols);
  });
  const textOf = (ids: readonly number[]) => {
    const end = boundary === null ? -1 : ids.indexOf(boundary);
    return ids
      .slice(0, end < 0 ? ids.length : end)
      .map((id) => vocabulary[id] ?? "")
      .join("");
  };
  return Array.from(windows.test.subarray(0, ANSWERS_SHOWN), (start) => {
    const rows = latestRows.rows.filter((row) => row - (row % length) === start);
    return {
      source: textOf(Array.from(input.rows.subarray(start, start + length))),
      wanted: textOf(Array.from(rows, (row) => target.rows[row] ?? 0)),
      said: textOf(said.get(start) ?? []),
    };
  });
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
  if (dataset.sourceSteps !== undefined) return { kind: "answers", answers: readAnswers(evaluation, dataset) };
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

/** A source's probe with the steps of the answer behind it: labelled by what the decoder read there. */
function withAnswer(source: ProbeInput, answer: readonly number[], { input }: Dataset): ProbeInput {
  const vocabulary = input.kind === "tokens" ? input.vocabulary : [];
  const opening = input.kind === "tokens" && input.boundary !== null ? [input.boundary] : [];
  const read = [...opening, ...answer.slice(0, -1)];
  const before = Array.from(source.labels, () => Number.NaN);
  const wanted = answer.map((_, t) => source.targets[t] ?? Number.NaN);
  return {
    ...source,
    labels: [...source.labels, ...read.map((id) => vocabulary[id] ?? "")],
    targets: source.targets.length === 0 ? source.targets : Float32Array.of(...before, ...wanted),
  };
}

/** Labels, inputs, outputs and targets of a probe beside its gates; `answers` are those a search found, if any. */
export function describeSnapshot(
  runId: number,
  step: number,
  parts: {
    readonly dataset: Dataset;
    readonly input: ProbeInput;
    readonly result: ProbeResult;
    readonly answers?: readonly FoundAnswer[];
  },
): SnapshotEvent {
  const { dataset, result } = parts;
  const { target } = dataset;
  const input = result.answer ? withAnswer(parts.input, result.answer, dataset) : parts.input;

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
    layers: result.layers.map(({ role, views }) =>
      role === "attention" ? { views, unitLabels: parts.input.labels } : { views },
    ),
    answers: parts.answers ?? [],
  };
}

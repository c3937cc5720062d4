/**
 * What the page is told of the model, the data and a task's result: the parts of events that have shapes of their own. They
 * hold what the page draws and no more; rows of the data stay in the worker.
 */
import type { TaskName } from "../core/experiment.ts";
import type { Direction } from "../core/layer-choice.ts";
import type { Column, Dataset, ProbeChoice } from "../core/task.ts";

/** One gate or state of a layer over the probe: values [T, H]. `range` says which colour map applies. */
export interface GateView {
  readonly name: string;
  readonly range: "gate" | "state";
  readonly values: Float32Array<ArrayBuffer>;
}

/** The views of one part over the probe. */
export interface SnapshotPart {
  readonly views: readonly GateView[];
  /** Names of the units where they have some: the symbols that attention looks at. */
  readonly unitLabels?: readonly string[];
}

/** An answer to the probe with its probability. */
export interface FoundAnswer {
  readonly text: string;
  readonly probability: number;
}

/** A part of the model as the page shows it: a layer, or one direction of a layer that runs in both. */
export interface LayerSummary {
  /** Index of the layer. */
  readonly layer: number;
  /** Null where the layer is one part. */
  readonly direction: Direction | null;
  /** Parts behind the encoder's layers. Attention has no cell, and its units are the steps of the longest source. */
  readonly role?: "decoder" | "attention";
  readonly cell: string;
  readonly units: number;
  /** Of the whole layer. */
  readonly parameters: number;
  /** Names of its views in order, e.g. z, r, n, h. */
  readonly views: readonly { readonly name: string; readonly range: "gate" | "state" }[];
}

/** What the page needs to know of the data; rows stay in the worker. */
export interface DatasetSummary {
  readonly task: TaskName;
  readonly inputColumns: readonly Column[];
  readonly targetColumns: readonly Column[];
  readonly vocabulary: readonly string[];
  readonly labels: readonly string[];
  readonly length: number;
  readonly windows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly probes: readonly ProbeChoice[];
  readonly probeLength: number;
  readonly baseline: Dataset["baseline"];
  readonly notes: Dataset["notes"];
}

/** One source with two answers. */
export interface Answer {
  readonly source: string;
  readonly wanted: string;
  readonly said: string;
}

/** Test result of the task, in the user's units. */
export type TaskResult =
  /** Forecast against truth over the test rows; arrays [count] of the first target column. */
  | {
      readonly kind: "forecast";
      readonly labels: readonly string[];
      readonly truth: Float32Array<ArrayBuffer>;
      readonly latest: Float32Array<ArrayBuffer>;
      readonly best: Float32Array<ArrayBuffer>;
    }
  /** What a decoder said by itself to the first test sources, beside what it should have said. */
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  /** confusion[target · V + predicted], counts. */
  | { readonly kind: "classes"; readonly labels: readonly string[]; readonly confusion: Uint32Array<ArrayBuffer> }
  | { readonly kind: "none" };

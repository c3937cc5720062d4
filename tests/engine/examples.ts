/** Small experiments and datasets that the tests of runs share: a sampled sine as a series, a repeating text as tokens. */
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import { type OptimizerChoice, USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import type { Dataset, ScoredRows } from "../../src/core/task.ts";
import { USUAL_TRAINING } from "../../src/core/usual-training.ts";
import { createRun, type Run } from "../../src/engine/run.ts";
import type { RunOptions } from "../../src/engine/run-options.ts";
import type { Evaluation, MetricsBlock } from "../../src/engine/run-report.ts";

const SERIES_ROWS = 240;
const LENGTH = 6;

const range = (first: number, end: number) => Uint32Array.from({ length: end - first }, (_, i) => first + i);

/** One step ahead of sin(t / 3); the last fifth validates and tests. */
export function sineDataset(): Dataset {
  const value = (row: number) => Math.sin(row / 3);
  const column = { name: "sine", unit: "", scaling: { mean: 0, deviation: 1 } };
  return {
    task: "own-series",
    input: { kind: "features", rows: Float32Array.from(range(0, SERIES_ROWS), value), columns: [column] },
    target: { kind: "values", rows: Float32Array.from(range(1, SERIES_ROWS + 1), value), columns: [column] },
    mask: new Float32Array(SERIES_ROWS).fill(1),
    length: LENGTH,
    windows: {
      train: range(0, 180),
      validation: range(190, 201),
      test: range(210, 223),
    },
    stream: { first: 0, end: 185 },
    probes: [{ title: "first", start: 210, length: LENGTH }],
    probeLength: 8,
    rowLabels: null,
    baseline: { name: "mean", metrics: {} },
    notes: [],
  };
}

/** The text "abcabc…": after two symbols the next is certain. Every tenth row is masked. */
export function textDataset(): Dataset {
  const letters = ["a", "b", "c"];
  const rows = Uint32Array.from({ length: 120 }, (_, row) => row % 3);
  return {
    ...sineDataset(),
    task: "own-text",
    input: { kind: "tokens", rows, vocabulary: letters, boundary: null },
    target: { kind: "classes", rows: rows.map((id) => (id + 1) % 3), labels: letters },
    mask: Float32Array.from(rows, (_, row) => (row % 10 === 9 ? 0 : 1)),
    windows: { train: range(0, 60), validation: range(70, 85), test: range(90, 97) },
    stream: { first: 0, end: 65 },
  };
}

/** Two layers of both forms, per-step head, Adam with clipping. */
export function exampleExperiment(changes: Partial<Experiment["training"]> = {}): Experiment {
  return {
    version: 1,
    task: {
      name: "own-series",
      file: { name: "sine.csv", bytes: 0, sha256: "0".repeat(64) },
      inputs: ["sine"],
      targets: ["sine"],
    },
    model: {
      layers: [
        { cell: "gru", reset: "after", activation: "tanh", units: 8 },
        { cell: "gru", reset: "before", activation: "tanh", units: 5 },
      ],
      head: "every",
      initialMemory: 0,
    },
    training: {
      ...USUAL_TRAINING,
      learningRate: 0.02,
      clipNorm: 1,
      batch: 4,
      length: LENGTH,
      evaluateEvery: 10,
      ...changes,
    },
    seed: 7,
  };
}

/** Every optimizer with everything that could move a weight without a gradient of its own. */
export const HARD_OPTIMIZERS: readonly (readonly [string, OptimizerChoice])[] = [
  ["adam, AMSGrad, L2", { ...USUAL_OPTIMIZERS.adam, amsgrad: true, weightDecay: 0.01 }],
  ["adamw", { ...USUAL_OPTIMIZERS.adamw, weightDecay: 0.1 }],
  ["rmsprop, centred, momentum", { ...USUAL_OPTIMIZERS.rmsprop, centered: true, momentum: 0.9 }],
  ["sgd", { ...USUAL_OPTIMIZERS.sgd, weightDecay: 0.01 }],
  ["sgd, momentum", { ...USUAL_OPTIMIZERS.sgd, momentum: 0.9 }],
  ["sgd, Nesterov", { ...USUAL_OPTIMIZERS.sgd, momentum: 0.9, nesterov: true }],
];

/** Mean of the first output over the scored rows: any function of the predictions serves. */
export const meanPrediction = (scored: ScoredRows) => ({
  mean: scored.logits.reduce((sum, value) => sum + value, 0) / scored.logits.length,
});

/** Opens a run on the CPU player with a clock that stands still, so chunks grow to their limit. */
export function openRun(
  experiment: Experiment,
  dataset: Dataset,
  options: Partial<RunOptions> & { readonly backend?: Backend } = {},
): Promise<Run> {
  const { backend = createReferenceBackend(), ...rest } = options;
  return createRun(experiment, dataset, backend, {
    now: () => 0,
    score: meanPrediction,
    scoredSteps: "last",
    ...rest,
  });
}

/** Everything that a run said on its way to a step. */
export interface Journey {
  readonly blocks: readonly MetricsBlock[];
  /** Loss of each step, in order. */
  readonly losses: readonly number[];
  readonly evaluations: readonly Evaluation[];
  readonly faults: readonly string[];
}

/** Advances to `until`, drained, or to the first fault that stops the run. */
export async function advanceTo(run: Run, until: number): Promise<Journey> {
  const blocks: MetricsBlock[] = [];
  const evaluations: Evaluation[] = [];
  const faults: string[] = [];
  for (;;) {
    const report = await run.advance(until);
    blocks.push(...report.metrics);
    if (report.evaluation) evaluations.push(report.evaluation);
    faults.push(...report.notices.map(({ code }) => code));
    if (report.fault) {
      faults.push(report.fault.code);
      break;
    }
    if (report.metrics.length === 0 && !report.evaluation) break;
  }
  blocks.push(...(await run.drain()).metrics);
  return { blocks, losses: blocks.flatMap(({ loss }) => [...loss]), evaluations, faults };
}

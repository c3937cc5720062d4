/** What a run tells its owner between two calls: plain values, ready to be sent as events. */
import type { Fault } from "../core/errors.ts";
import type { PruningReport } from "../core/run-record.ts";
import type { ScoredRows } from "../core/task.ts";
import { type FinishedChunk, METRIC_COLUMNS } from "./training-queue.ts";

/** Metrics of consecutive good steps first … first + count − 1; arrays [count]. Loss is the one before the update. */
export interface MetricsBlock {
  readonly first: number;
  readonly count: number;
  readonly loss: Float32Array<ArrayBuffer>;
  readonly norm: Float32Array<ArrayBuffer>;
  readonly clipFactor: Float32Array<ArrayBuffer>;
  /** Share of the gradients that clipping by value cut off, 0 where it is off. */
  readonly clippedShare: Float32Array<ArrayBuffer>;
  readonly learningRate: Float32Array<ArrayBuffer>;
  /** Passes over the training windows up to the last of these steps, with what was made of the last pass. */
  readonly epoch: number;
  readonly stepsPerSecond: number;
}

/** One look at the held-out windows. */
export interface Evaluation {
  readonly step: number;
  readonly validationLoss: number;
  readonly bestStep: number;
  readonly bestValidationLoss: number;
  /** The task's score of the test windows with the latest and with the best parameters. */
  readonly latest: Readonly<Record<string, number>>;
  readonly best: Readonly<Record<string, number>>;
  /** The predictions behind them. */
  readonly latestRows: ScoredRows;
  readonly bestRows: ScoredRows;
}

/** The outcome of one call of `advance` or `drain`. */
export interface RunReport {
  readonly metrics: readonly MetricsBlock[];
  readonly evaluation: Evaluation | null;
  /** What was pruned; `evaluation` is then that of the pruned model. */
  readonly pruning: PruningReport | null;
  /**
   * The run stands still: at its last good state (not finite, diverging), or with its best parameters (stopped early).
   * Calling `advance` again goes on from there.
   */
  readonly fault: Fault | null;
  /** Said once; training goes on. */
  readonly notices: readonly Fault[];
}

/** The report while it is being filled. */
export interface OpenReport {
  readonly metrics: MetricsBlock[];
  evaluation: Evaluation | null;
  pruning: PruningReport | null;
  fault: Fault | null;
  readonly notices: Fault[];
}

/** An empty report. */
export function openReport(): OpenReport {
  return { metrics: [], evaluation: null, pruning: null, fault: null, notices: [] };
}

/** Column `column` of the first `count` rows of a metrics ring. */
function cutColumn(rows: Float32Array, column: number, count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => rows[i * METRIC_COLUMNS + column] ?? Number.NaN);
}

/** The good steps of a finished chunk of a model with `parameters` trainable numbers. */
export function createMetricsBlock(chunk: FinishedChunk, epoch: number, parameters: number): MetricsBlock {
  const { first, good: count, metrics, clipped, stepsPerSecond } = chunk;
  return {
    first,
    count,
    loss: cutColumn(metrics, 0, count),
    norm: cutColumn(metrics, 1, count),
    clipFactor: cutColumn(metrics, 2, count),
    clippedShare: Float32Array.from(clipped.subarray(0, count), (cut) => cut / parameters),
    learningRate: cutColumn(metrics, 3, count),
    epoch,
    stepsPerSecond,
  };
}

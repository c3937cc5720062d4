/**
 * Which windows a step trains on, and how many steps are sent at once. Order is a pure function of seed and step, so it
 * needs no state in a saved run; the size of a chunk only moves work in time and never changes a result.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { permute, STREAM, uniformInteger } from "../core/rng.ts";
import type { Dataset } from "../core/task.ts";

/** What a step trains on. */
export interface WindowOrder {
  /** Passes over the training windows that the first `steps` steps make, with what they have of the last one. */
  epochs(steps: number): number;
  /** True where step `step` goes on in the states in which the step before it ended. */
  resumes(step: number): boolean;
  /** Writes the first rows of the batches of steps first … first + count − 1 into `starts` [count, B]. */
  write(starts: Uint32Array, first: number, count: number): void;
}

/** The keyed order of training windows. Step k takes windows k·B … k·B + B − 1 of the endless row of epochs. */
export class BatchOrder implements WindowOrder {
  readonly #windows: Uint32Array;
  readonly #batch: number;
  readonly #seed: number;

  constructor(windows: Uint32Array, batch: number, seed: number) {
    this.#windows = windows;
    this.#batch = batch;
    this.#seed = seed;
  }

  epochs(steps: number): number {
    return (steps * this.#batch) / this.#windows.length;
  }

  resumes(): boolean {
    return false;
  }

  write(starts: Uint32Array, first: number, count: number): void {
    const total = this.#windows.length;
    const begin = first * this.#batch;
    const key = { seed: this.#seed, stream: STREAM.order, epoch: 0 };
    for (let i = 0; i < count * this.#batch; i++) {
      // A full batch has no order; drawing one would take longer than many a step.
      if (this.#batch === total) {
        starts[i] = this.#windows[i % total]!;
        continue;
      }
      key.epoch = Math.floor((begin + i) / total);
      starts[i] = this.#windows[permute((begin + i) % total, total, key)]!;
    }
  }
}

/** What fixes the streams of a run with carried state. */
export interface StreamParts {
  /** The rows that follow one another. */
  readonly rows: { readonly first: number; readonly end: number };
  /** Steps of a window. */
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
}

/** Windows that a stream needs for a state to be carried at all. */
const FEWEST_WINDOWS = 2;
/** Index of the draw that places an epoch's streams; `permute` uses small ones. */
const OFFSET_INDEX = 0xffff_ffff;

/**
 * The order with carried state: the rows are cut into as many streams of equal length as a batch has rows, and each step
 * takes the next window of every stream. All streams end together; then a new epoch begins from zero states, in which the
 * seed decides anew which row of the batch reads which stream and how many of the left-over rows lie before the first.
 */
export class StreamOrder implements WindowOrder {
  readonly #parts: StreamParts;
  /** Windows of a stream, which are the steps of an epoch. */
  readonly #windows: number;
  /** Rows that no stream has room for. */
  readonly #spare: number;

  /** Throws `InputError` with the numbers when the rows do not give every stream two windows: nothing would be carried. */
  constructor(parts: StreamParts) {
    const { rows, length, batch } = parts;
    const count = rows.end - rows.first;
    this.#parts = parts;
    this.#windows = Math.floor(count / (length * batch));
    this.#spare = count - this.#windows * length * batch;
    if (this.#windows >= FEWEST_WINDOWS) return;
    const most = Math.floor(count / (length * FEWEST_WINDOWS));
    const expected = `at most ${most} with carried state: ${count} steps of data hold no more streams of two windows`;
    throw new InputError("experiment-invalid", { path: "training.batch", expected, actual: batch });
  }

  epochs(steps: number): number {
    return steps / this.#windows;
  }

  resumes(step: number): boolean {
    return step % this.#windows !== 0;
  }

  write(starts: Uint32Array, first: number, count: number): void {
    const { rows, length, batch, seed } = this.#parts;
    for (let i = 0; i < count; i++) {
      const epoch = Math.floor((first + i) / this.#windows);
      const key = { seed, stream: STREAM.order, epoch };
      const offset = uniformInteger({ seed, stream: STREAM.order, step: epoch, index: OFFSET_INDEX }, this.#spare + 1);
      const window = (first + i) % this.#windows;
      for (let b = 0; b < batch; b++) {
        const stream = permute(b, batch, key);
        starts[i * batch + b] = rows.first + offset + (stream * this.#windows + window) * length;
      }
    }
  }
}

/** Windows that a full batch may have. */
const LARGEST_FULL_BATCH = 16_384;

/** Rows of a batch. Throws `InputError` with the numbers when a full batch is asked for and there are too many windows. */
export function batchRows({ batch }: Experiment["training"], { train }: Dataset["windows"]): number {
  if (batch !== "all") return batch;
  if (train.length <= LARGEST_FULL_BATCH) return train.length;
  const expected = `a number: a full batch has at most ${LARGEST_FULL_BATCH} training windows`;
  throw new InputError("experiment-invalid", { path: "training.batch", expected, actual: `all of ${train.length}` });
}

/**
 * The order that an experiment asks for. Throws `InputError` where a full batch would be too large, and where the data has
 * no streams for carried state, or too few rows for them.
 */
export function chooseOrder({ training, seed }: Experiment, dataset: Dataset): WindowOrder {
  const batch = batchRows(training, dataset.windows);
  if (training.state === "fresh") return new BatchOrder(dataset.windows.train, batch, seed);
  if (training.batch === "all") refuseFullBatch();
  const { stream, length } = dataset;
  if (stream) return new StreamOrder({ rows: stream, length, batch, seed });
  const expected = "fresh: every window of this task is a sequence of its own";
  throw new InputError("experiment-invalid", { path: "training.state", expected, actual: training.state });
}

/** A full batch has every window in it, so that none is left to go on with. Throws `InputError`. */
export function refuseFullBatch(): never {
  const expected = "a number with carried state, which goes on from batch to batch";
  throw new InputError("experiment-invalid", { path: "training.batch", expected, actual: "all" });
}

/** Steps of the next chunk may be this many times those of the last: the first ones warm caches and mislead. */
const GROWTH = 4;
/** Weight of the newest measurement in the mean step time. */
const NEWEST = 0.3;

/** Sizes chunks so that one takes about `targetMs`: long enough to be efficient, short enough to answer a click. */
export class ChunkSizer {
  readonly #targetMs: number;
  #stepMs: number | null = null;
  #last = 0;

  constructor(targetMs: number) {
    this.#targetMs = targetMs;
  }

  /** Steps of the next chunk, at most `limit`; 1 before anything was measured. */
  size(limit: number): number {
    const fitting = this.#stepMs === null ? 1 : Math.floor(this.#targetMs / Math.max(this.#stepMs, 1e-3));
    return Math.max(1, Math.min(fitting, Math.max(1, this.#last) * GROWTH, limit));
  }

  /** Tells how long a finished chunk took. */
  record(steps: number, elapsedMs: number): void {
    const stepMs = elapsedMs / steps;
    this.#stepMs = this.#stepMs === null ? stepMs : (1 - NEWEST) * this.#stepMs + NEWEST * stepMs;
    this.#last = steps;
  }
}

/** Says whether the state at `step` is to be evaluated by plan and was not yet; `evaluatedAt` is the last step that was. */
export function isEvaluationDue(step: number, every: number, evaluatedAt: number): boolean {
  return step > 0 && step % every === 0 && evaluatedAt !== step;
}

/** The first evaluation step after `step`. */
export function nextEvaluation(step: number, every: number): number {
  return (Math.floor(step / every) + 1) * every;
}

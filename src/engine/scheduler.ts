/**
 * Which windows a step trains on, and how many steps are sent at once. Order is a pure function of seed and step, so it
 * needs no state in a saved run; the size of a chunk only moves work in time and never changes a result.
 */
import { permute, STREAM } from "../core/rng.ts";

/** The keyed order of training windows. Step k takes windows k·B … k·B + B − 1 of the endless row of epochs. */
export class BatchOrder {
  readonly #windows: Uint32Array;
  readonly #batch: number;
  readonly #seed: number;

  constructor(windows: Uint32Array, batch: number, seed: number) {
    this.#windows = windows;
    this.#batch = batch;
    this.#seed = seed;
  }

  /** Passes over the training windows begun before step `step`. */
  epoch(step: number): number {
    return Math.floor((step * this.#batch) / this.#windows.length);
  }

  /** Writes the first rows of the batches of steps first … first + count − 1 into `starts` [count, B]. */
  write(starts: Uint32Array, first: number, count: number): void {
    const total = this.#windows.length;
    const begin = first * this.#batch;
    const key = { seed: this.#seed, stream: STREAM.order, epoch: 0 };
    for (let i = 0; i < count * this.#batch; i++) {
      key.epoch = Math.floor((begin + i) / total);
      starts[i] = this.#windows[permute((begin + i) % total, total, key)]!;
    }
  }
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

/**
 * The training steps in flight: sends chunks of forward, backward and update without waiting and hands back their
 * metrics in order. After a raised flag the optimizer leaves everything untouched, so every later chunk comes back with
 * fewer good steps than it had, and the state on the device is that of the last good step.
 */
import type { Player, StepScalars } from "../core/backend.ts";
import type { Experiment } from "../core/experiment.ts";
import type { PhaseName } from "../core/program.ts";
import type { Dataset } from "../core/task.ts";
import { CLIPPED_RING } from "./build-program.ts";
import { CARRIED } from "./carried-state.ts";
import type { LiveLog } from "./live-log.ts";
import { writeOptimizerScalars } from "./optimizers.ts";
import { drawsPerStep, type ProgramSpec } from "./program-spec.ts";
import { readFloats, readWord, readWords } from "./read-tensor.ts";
import type { RunState } from "./run-state.ts";
import { chooseOrder, type WindowOrder } from "./scheduler.ts";
import { TENSOR } from "./tensor-names.ts";

/** Columns of a row of the metrics ring: loss | norm | clip factor | learning rate. */
export const METRIC_COLUMNS = 4;
const LEARNING_RATE = 3;

/** The phases of a training step. */
const TRAINING: readonly PhaseName[] = ["forward", "backward", "update"];
/** Those of a step that counts what clipping by value cuts off. */
const COUNTED_TRAINING: readonly PhaseName[] = [...TRAINING, "clip-count"];

/** What training changes on the device, as it was after a chunk. */
export type DeviceState = Pick<RunState, "params" | "moments" | "carried">;

interface ChunkReads {
  readonly metrics: Float32Array; // [count, 4]
  /** Gradients that clipping by value cut off. */
  readonly clipped: Uint32Array; // [count]
  /** Sticky bits; 0 while all is finite. */
  readonly flags: number;
  readonly state: DeviceState | null;
}

/** A chunk that has run: steps first … first + count − 1, of which the first `good` changed the parameters. */
export interface FinishedChunk extends ChunkReads {
  readonly first: number;
  readonly count: number;
  readonly good: number;
  readonly elapsedMs: number;
}

interface PendingChunk {
  readonly first: number;
  readonly count: number;
  readonly sentMs: number;
  /** Never rejects: a lost device must not become an unhandled rejection before somebody takes the chunk. */
  readonly outcome: Promise<{ readonly reads: ChunkReads } | { readonly error: unknown }>;
}

/** What a queue is made of. */
export interface QueueParts {
  readonly player: Player;
  readonly spec: ProgramSpec;
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  readonly live: LiveLog;
  /** The schedule's factor on the learning rate of a step. */
  readonly rateFactor: (step: number) => number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** Reads parameters, moments and carried states as they are after everything sent so far. */
export async function readState(player: Player, spec: Pick<ProgramSpec, "carried">): Promise<DeviceState> {
  const [params, moments, carried] = await Promise.all([
    readFloats(player, TENSOR.parameters),
    readFloats(player, TENSOR.moments),
    spec.carried ? readFloats(player, CARRIED) : new Float32Array(),
  ]);
  return { params, moments, carried };
}

/** Writes what `readState` reads. */
export function writeState(player: Player, { params, moments, carried }: DeviceState): void {
  player.write(TENSOR.parameters, params);
  player.write(TENSOR.moments, moments);
  if (carried.length > 0) player.write(CARRIED, carried);
}

/** Rate in rows of the ring that were not written; a schedule may end at 0, but no rate is below. */
const UNWRITTEN = -1;

/** Steps whose metrics row was written: the optimizer skips it from the flagged step on. */
function countGood(metrics: Float32Array, count: number): number {
  for (let i = 0; i < count; i++) {
    if (metrics[i * METRIC_COLUMNS + LEARNING_RATE] === UNWRITTEN) return i;
  }
  return count;
}

/** See the file's header. One queue per run. */
export class TrainingQueue {
  readonly #parts: QueueParts;
  readonly #order: WindowOrder;
  readonly #starts: Uint32Array; // [K, B]
  readonly #emptyRing: Float32Array; // [M, 4]
  readonly #pending: PendingChunk[] = [];
  readonly #forward = { slot: 0, live: 0, resume: 0 };
  readonly #update: Record<string, number> = {};
  #submitted: number;
  #momentsSince: number;
  #finishedMs = 0;

  constructor(parts: QueueParts, at: { readonly step: number; readonly momentsSince: number }) {
    const { player, spec, dataset, experiment } = parts;
    this.#parts = parts;
    this.#order = chooseOrder(experiment, dataset);
    this.#starts = new Uint32Array(spec.K * spec.B);
    this.#emptyRing = new Float32Array(spec.M * METRIC_COLUMNS).fill(UNWRITTEN);
    player.write("metrics", this.#emptyRing);
    this.#submitted = at.step;
    this.#momentsSince = at.momentsSince;
    this.#forward.live = spec.B;
  }

  /** Steps sent, which is the step of the parameters that the next play will see. */
  get submitted(): number {
    return this.#submitted;
  }

  /** Chunks sent and not taken. */
  get inFlight(): number {
    return this.#pending.length;
  }

  /** Most steps that one chunk may have now: the ring of starts, and the rest of the metrics ring. */
  get room(): number {
    const { K, M } = this.#parts.spec;
    return Math.min(K, M - (this.#submitted % M));
  }

  /** Passes over the training windows that the first `steps` steps make. */
  epochs(steps: number): number {
    return this.#order.epochs(steps);
  }

  /** Sends `count` ≤ `room` steps; `withState` also reads the state after them. Does not wait. */
  send(count: number, withState: boolean): void {
    const { player, spec, experiment, now } = this.#parts;
    const first = this.#submitted;
    const sentMs = now();
    const row = first % spec.M;
    // Unwritten rows tell which step was flagged, so the ring is emptied each time it starts again.
    if (row === 0 && first > 0) player.write("metrics", this.#emptyRing);
    this.#order.write(this.#starts, first, count);
    player.write("starts", this.#starts.subarray(0, count * spec.B));
    // Within a chunk the device counts on by itself.
    if (drawsPerStep(spec)) player.write(TENSOR.key(), Uint32Array.of(experiment.seed, first));
    const countedFrom = this.#countedFrom(first, count);
    player.playSteps(TRAINING, countedFrom, this.#scalarsFrom(first, 0));
    player.playSteps(COUNTED_TRAINING, count - countedFrom, this.#scalarsFrom(first, countedFrom));
    player.submit();
    this.#submitted = first + count;
    this.#pending.push({ first, count, sentMs, outcome: this.#collect(row, count, { countedFrom, withState }) });
  }

  /** The first step of a chunk that clips by value, from which on the chunk counts; `count` where none does. */
  #countedFrom(first: number, count: number): number {
    for (let i = 0; i < count; i++) {
      this.#writeUpdate(first + i);
      if (this.#update.clipValue !== 0) return i;
    }
    return count;
  }

  #writeUpdate(step: number): void {
    const { experiment, live, rateFactor, spec } = this.#parts;
    const { l1, optimizer } = experiment.training;
    this.#update.slot = step % spec.M;
    this.#update.l1 = l1;
    live.writeScalars(this.#update, step, rateFactor(step));
    writeOptimizerScalars(this.#update, optimizer, step - this.#momentsSince + 1);
  }

  /** Scalars of the steps of a chunk from its step `from` on; the chunk begins with step `first`. */
  #scalarsFrom(first: number, from: number): StepScalars {
    return (phase, i) => {
      if (phase === "update" || phase === "clip-count") {
        this.#writeUpdate(first + from + i);
        return this.#update;
      }
      this.#forward.slot = from + i;
      this.#forward.resume = this.#order.resumes(first + from + i) ? 1 : 0;
      return this.#forward;
    };
  }

  async #collect(
    row: number,
    count: number,
    { countedFrom, withState }: { readonly countedFrom: number; readonly withState: boolean },
  ): Promise<Awaited<PendingChunk["outcome"]>> {
    const { player, spec } = this.#parts;
    try {
      const [metrics, clipped, flags, state] = await Promise.all([
        readFloats(player, "metrics", { offset: row * METRIC_COLUMNS, length: count * METRIC_COLUMNS }),
        this.#readClipped(row, count, countedFrom),
        readWord(player, "flags"),
        withState ? readState(player, spec) : null,
      ]);
      return { reads: { metrics, clipped, flags, state } };
    } catch (error) {
      return { error };
    }
  }

  /** Counts of a chunk whose steps from `countedFrom` on were counted; those before it clip nothing by value. */
  async #readClipped(row: number, count: number, countedFrom: number): Promise<Uint32Array> {
    const clipped = new Uint32Array(count);
    if (countedFrom < count) {
      const range = { offset: row + countedFrom, length: count - countedFrom };
      clipped.set(await readWords(this.#parts.player, CLIPPED_RING, range), countedFrom);
    }
    return clipped;
  }

  /** Waits for the oldest chunk. Rejects with `BackendLostError` when the device is gone; null when none is in flight. */
  async take(): Promise<FinishedChunk | null> {
    const chunk = this.#pending.shift();
    if (!chunk) return null;
    const outcome = await chunk.outcome;
    if ("error" in outcome) throw outcome.error;
    const { first, count, sentMs } = chunk;
    // A chunk queued behind another began when that one ended.
    const finishedMs = this.#parts.now();
    const elapsedMs = finishedMs - Math.max(sentMs, this.#finishedMs);
    this.#finishedMs = finishedMs;
    const { reads } = outcome;
    const good = reads.flags === 0 ? count : countGood(reads.metrics, count);
    return { ...reads, first, count, good, elapsedMs };
  }

  /** Goes on from `step` after a flag or a return to the best state, with nothing in flight. */
  restart(at: { readonly step: number; readonly momentsSince: number }): void {
    if (this.#pending.length > 0) throw new Error(`${this.#pending.length} chunks are still in flight`);
    this.#submitted = at.step;
    this.#momentsSince = at.momentsSince;
  }
}

/**
 * The training steps in flight: sends chunks of forward, backward and update without waiting and hands back their
 * metrics in order, those of every model that is trained in them, each at its own step. After a raised flag the optimizer leaves everything of that
 * model untouched, so every later chunk comes back with fewer good steps of it than it had, and its state on the device is
 * that of the last good step.
 */
import type { PhaseProfile, Player, StepScalars } from "../core/backend.ts";
import type { Experiment } from "../core/experiment.ts";
import type { PhaseName } from "../core/program.ts";
import type { Dataset } from "../core/task.ts";
import { CLIPPED_RING } from "./build-program.ts";
import { type DeviceState, readState } from "./device-state.ts";
import type { LiveLog } from "./live-log.ts";
import { writeOptimizerScalars } from "./optimizers.ts";
import { drawsPerStep, type ProgramSpec } from "./program-spec.ts";
import { QueueClock, type QueuePlace } from "./queue-clock.ts";
import { RateMeter } from "./rate-meter.ts";
import { readFloatsOfAll, readWordsOfAll } from "./read-tensor.ts";
import { chooseOrder, type WindowOrder } from "./scheduler.ts";
import { TENSOR } from "./tensor-names.ts";

/** Columns of a row of the metrics ring: loss | norm | clip factor | learning rate. */
export const METRIC_COLUMNS = 4;
const LEARNING_RATE = 3;

/** The phases of a training step, in order. */
export const TRAINING: readonly PhaseName[] = ["forward", "backward", "update"];
/** Those of a step that counts what clipping by value cuts off. */
const COUNTED_TRAINING: readonly PhaseName[] = [...TRAINING, "clip-count"];

/** What came back of a chunk from one model. */
interface ChunkReads {
  readonly metrics: Float32Array; // [count, 4]
  /** Gradients that clipping by value cut off. */
  readonly clipped: Uint32Array; // [count]
  /** Sticky bits; 0 while all is finite. */
  readonly flags: number;
  readonly state: DeviceState | null;
}

/** A chunk that has run, as one model saw it: steps first … first + count − 1, of which the first `good` changed the parameters. */
export interface FinishedChunk extends ChunkReads {
  readonly first: number;
  readonly count: number;
  readonly good: number;
  readonly elapsedMs: number;
  /** Of the chunks up to this one. */
  readonly stepsPerSecond: number;
}

interface PendingChunk {
  readonly first: number;
  readonly count: number;
  readonly sentMs: number;
  /** Never rejects: a lost device must not become an unhandled rejection before somebody takes the chunk. */
  readonly outcome: Promise<{ readonly reads: readonly ChunkReads[] } | { readonly error: unknown }>;
}

/** One of the models that a queue trains. */
export interface QueuedModel {
  readonly experiment: Experiment;
  readonly live: LiveLog;
  /** The schedule's factor on the learning rate of a step. */
  readonly rateFactor: (step: number) => number;
}

/** What a queue is made of. */
export interface QueueParts {
  readonly player: Player;
  readonly spec: ProgramSpec;
  /** In the order of the Program's models. */
  readonly models: readonly QueuedModel[];
  readonly dataset: Dataset;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
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

/** See the file's header. One queue per player. */
export class TrainingQueue {
  readonly #parts: QueueParts;
  readonly #orders: readonly WindowOrder[];
  readonly #starts: Uint32Array; // [K, B]
  readonly #emptyRing: Float32Array; // [M, 4]
  readonly #pending: PendingChunk[] = [];
  readonly #forward: { slot: number; live: number; readonly resume: Uint8Array };
  /** Scalars of the update: one number for each model, but `slot`. */
  readonly #update: Record<string, number | Float64Array> = {};
  /** Those of one model, on their way there. */
  readonly #own: Record<string, number> = {};
  #clock: QueueClock;
  readonly #rate = new RateMeter();
  #finishedMs = 0;

  constructor(parts: QueueParts, at: QueuePlace) {
    const { spec, dataset, models } = parts;
    this.#parts = parts;
    this.#orders = models.map(({ experiment }) => chooseOrder(experiment, dataset));
    this.#starts = new Uint32Array(spec.K * spec.B);
    this.#emptyRing = new Float32Array(spec.M * METRIC_COLUMNS).fill(UNWRITTEN);
    this.#emptyRings();
    this.#clock = new QueueClock(at);
    this.#forward = { slot: 0, live: spec.B, resume: new Uint8Array(models.length) };
  }

  /** Steps sent of the model that is furthest. */
  get submitted(): number {
    return this.#clock.furthest;
  }

  /** Steps sent of a model, which is the step of the parameters that the next play will see. */
  submittedOf(model: number): number {
    return this.#clock.stepOf(model);
  }

  /** Chunks sent and not taken. */
  get inFlight(): number {
    return this.#pending.length;
  }

  /** Most steps that one chunk may have now: the ring of starts, and the rest of the metrics ring. */
  get room(): number {
    const { K, M } = this.#parts.spec;
    return Math.min(K, M - (this.#clock.furthest % M));
  }

  /** Passes over the training windows that the first `steps` steps make, which does not depend on their order. */
  epochs(steps: number): number {
    return this.#orders[0]?.epochs(steps) ?? Number.NaN;
  }

  /** Sends `count` ≤ `room` steps; `withState` also reads the states after them. Does not wait. */
  send(count: number, withState: boolean): void {
    const { player, spec, now } = this.#parts;
    const first = this.#clock.furthest;
    const sentMs = now();
    const row = first % spec.M;
    // Unwritten rows tell which step was flagged, so the rings are emptied each time they start again.
    if (row === 0 && first > 0) this.#emptyRings();
    this.#writeBatches(first, count);
    const countedFrom = this.#countedFrom(first, count);
    player.playSteps(TRAINING, countedFrom, this.#scalarsFrom(first, 0));
    player.playSteps(COUNTED_TRAINING, count - countedFrom, this.#scalarsFrom(first, countedFrom));
    player.submit();
    this.#clock.furthest = first + count;
    this.#pending.push({ first, count, sentMs, outcome: this.#collect(row, count, { countedFrom, withState }) });
  }

  /** Times the phases of the next step, with nothing in flight; the caller takes back what they change on the device. */
  async profileNext(): Promise<ReadonlyMap<PhaseName, PhaseProfile>> {
    const { player, now } = this.#parts;
    this.#writeBatches(this.#clock.furthest, 1);
    const scalarsOf = this.#scalarsFrom(this.#clock.furthest, 0);
    const phases = new Map<PhaseName, PhaseProfile>();
    for (const phase of TRAINING) phases.set(phase, await player.profile(phase, scalarsOf(phase, 0), now));
    this.#emptyRings();
    return phases;
  }

  #emptyRings(): void {
    const { player, models } = this.#parts;
    for (const model of models.keys()) player.write("metrics", this.#emptyRing, 0, model);
  }

  /** Uploads which windows steps first … first + count − 1 train on, and where what they draw begins. */
  #writeBatches(first: number, count: number): void {
    const { player, spec, models } = this.#parts;
    for (const [model, { experiment }] of models.entries()) {
      const own = this.#clock.stepOf(model, first);
      this.#orders[model]?.write(this.#starts, own, count);
      player.write("starts", this.#starts.subarray(0, count * spec.B), 0, model);
      // Within a chunk the device counts on by itself.
      if (drawsPerStep(spec)) player.write(TENSOR.key(), Uint32Array.of(experiment.seed, own), 0, model);
    }
  }

  /** The first step of a chunk at which some model clips by value, from which on the chunk counts; `count` where none does. */
  #countedFrom(first: number, count: number): number {
    for (let i = 0; i < count; i++) {
      for (const [model, { live }] of this.#parts.models.entries()) {
        live.writeScalars(this.#own, this.#clock.stepOf(model, first + i), 1);
        if (this.#own.clipValue !== 0) return i;
      }
    }
    return count;
  }

  #writeUpdate(step: number): void {
    for (const [model, { experiment, live, rateFactor }] of this.#parts.models.entries()) {
      const { l1, optimizer } = experiment.training;
      const own = this.#clock.stepOf(model, step);
      this.#own.l1 = l1;
      live.writeScalars(this.#own, own, rateFactor(own));
      writeOptimizerScalars(this.#own, optimizer, this.#clock.optimizerSteps(model, own));
      for (const name in this.#own) this.#scalarsOf(name)[model] = this.#own[name] ?? Number.NaN;
    }
    this.#update.slot = step % this.#parts.spec.M;
  }

  /** The values of one scalar of the update; all are there after the first step. */
  #scalarsOf(name: string): Float64Array {
    const known = this.#update[name];
    if (known instanceof Float64Array) return known;
    const values = new Float64Array(this.#parts.models.length);
    this.#update[name] = values;
    return values;
  }

  /** Scalars of the steps of a chunk from its step `from` on; the chunk begins with step `first`. */
  #scalarsFrom(first: number, from: number): StepScalars {
    return (phase, i) => {
      if (phase === "update" || phase === "clip-count") {
        this.#writeUpdate(first + from + i);
        return this.#update;
      }
      this.#forward.slot = from + i;
      for (const [model, order] of this.#orders.entries()) {
        this.#forward.resume[model] = order.resumes(this.#clock.stepOf(model, first + from + i)) ? 1 : 0;
      }
      return this.#forward;
    };
  }

  async #collect(
    row: number,
    count: number,
    { countedFrom, withState }: { readonly countedFrom: number; readonly withState: boolean },
  ): Promise<Awaited<PendingChunk["outcome"]>> {
    const { player, spec, models } = this.#parts;
    const range = { offset: row * METRIC_COLUMNS, length: count * METRIC_COLUMNS };
    try {
      const [metrics, clipped, flags, states] = await Promise.all([
        readFloatsOfAll(player, "metrics", models.length, range),
        this.#readClipped(row, count, countedFrom),
        readWordsOfAll(player, "flags", models.length),
        withState ? Promise.all(models.map((_, model) => readState(player, spec, model))) : [],
      ]);
      const reads = metrics.map((own, model) => ({
        metrics: own,
        clipped: clipped[model] ?? new Uint32Array(count),
        flags: flags[model]?.[0] ?? 0,
        state: states[model] ?? null,
      }));
      return { reads };
    } catch (error) {
      return { error };
    }
  }

  /** Counts of a chunk whose steps from `countedFrom` on were counted; those before it clip nothing by value. */
  async #readClipped(row: number, count: number, countedFrom: number): Promise<readonly Uint32Array[]> {
    if (countedFrom === count) return [];
    const { player, models } = this.#parts;
    const range = { offset: row + countedFrom, length: count - countedFrom };
    return (await readWordsOfAll(player, CLIPPED_RING, models.length, range)).map((counts) => {
      const clipped = new Uint32Array(count);
      clipped.set(counts, countedFrom);
      return clipped;
    });
  }

  /**
   * Waits for the oldest chunk: what each model made of it, in their order. Rejects with `BackendLostError` when the device
   * is gone; null when none is in flight.
   */
  async take(): Promise<readonly FinishedChunk[] | null> {
    const chunk = this.#pending.shift();
    if (!chunk) return null;
    const outcome = await chunk.outcome;
    if ("error" in outcome) throw outcome.error;
    const { first, count, sentMs } = chunk;
    // A chunk queued behind another began when that one ended.
    const finishedMs = this.#parts.now();
    const elapsedMs = finishedMs - Math.max(sentMs, this.#finishedMs);
    this.#finishedMs = finishedMs;
    const stepsPerSecond = this.#rate.record(count, elapsedMs);
    return outcome.reads.map((reads, model) => {
      const good = reads.flags === 0 ? count : countGood(reads.metrics, count);
      return { ...reads, first: this.#clock.stepOf(model, first), count, good, elapsedMs, stepsPerSecond };
    });
  }

  /** Goes on from other places, with nothing in flight. */
  restart(at: QueuePlace): void {
    if (this.#pending.length > 0) throw new Error(`${this.#pending.length} chunks are still in flight`);
    this.#clock = new QueueClock(at);
  }
}

/**
 * The whole state of a run as values on the host: enough to go on with the same losses on any backend. It is what is
 * saved, what a lost device is replaced from, and what "undo" puts aside.
 */
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan } from "../core/program.ts";
import { initialiseParameters } from "./initialise.ts";
import type { Model } from "./model.ts";
import { MOMENTS } from "./optimizers.ts";

/** A change made while the run went on: from training step `step` on, `field` is `value`. */
export interface LiveChange {
  readonly step: number;
  readonly field: LiveField;
  readonly value: number | null;
}

/** The parameters of the lowest validation loss so far. */
export interface BestState {
  readonly step: number;
  readonly validationLoss: number;
  readonly params: Float32Array<ArrayBuffer>; // [P]
}

/** What the watch over the loss remembers; see `LossWatch`. */
export interface WatchState {
  /** Lowest training loss, null before the first step. */
  readonly bestLoss: number | null;
  /** Consecutive steps far above it. */
  readonly highSteps: number;
  /** Best step for which "no longer improving" was said, null when it was not. */
  readonly stalledAt: number | null;
}

/** A run between two training steps. */
export interface RunState {
  readonly experiment: Experiment;
  readonly plan: Plan;
  /** Training steps done. */
  readonly step: number;
  /** Step at which the moments were last zero: 0, or that of the last return to the best state. */
  readonly momentsSince: number;
  /** Last step at which an evaluation was made by plan, −1 before the first. */
  readonly evaluatedAt: number;
  readonly params: Float32Array<ArrayBuffer>; // [P]
  readonly moments: Float32Array<ArrayBuffer>; // [S, P]
  readonly best: BestState | null;
  readonly watch: WatchState;
  readonly live: readonly LiveChange[];
}

/** What the watch knows before the first step. */
export const FRESH_WATCH: WatchState = { bestLoss: null, highSteps: 0, stalledAt: null };

/** The state at step 0, drawn from the experiment's seed. */
export function createInitialState(experiment: Experiment, model: Model, plan: Plan): RunState {
  const { seed } = experiment;
  const { initialMemory } = experiment.model;
  return {
    experiment,
    plan,
    step: 0,
    momentsSince: 0,
    evaluatedAt: -1,
    params: initialiseParameters(model, { seed, initialMemory }),
    moments: new Float32Array(MOMENTS[experiment.training.optimizer.name].length * model.P),
    best: null,
    watch: FRESH_WATCH,
    live: [],
  };
}

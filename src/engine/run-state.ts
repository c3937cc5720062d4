/**
 * The whole state of a run as values on the host: enough to go on with the same losses on any backend. It is what is
 * saved, what a lost device is replaced from, and what "undo" puts aside.
 */
import type { Experiment } from "../core/experiment.ts";
import type { Plan } from "../core/program.ts";
import type { LiveChange, RunRecord, WatchState } from "../core/run-record.ts";
import { carriedOf } from "./carried-state.ts";
import { FRESH_EARLY_STOPPING } from "./early-stopping.ts";
import { initialiseParameters } from "./initialise.ts";
import type { Model } from "./model.ts";
import { momentsOf } from "./optimizers.ts";
import { FRESH_PLATEAU } from "./schedules.ts";

/** The parameters of the lowest validation loss so far. */
export interface BestState {
  readonly step: number;
  readonly validationLoss: number;
  readonly params: Float32Array<ArrayBuffer>; // [P]
}

/** A run between two training steps: its record, and its numbers. */
export interface RunState extends Readonly<Omit<RunRecord, "best" | "live">> {
  readonly experiment: Experiment;
  readonly plan: Plan;
  /** D and V of the data that it was trained on. */
  readonly inputWidth: number;
  readonly outputs: number;
  readonly params: Float32Array<ArrayBuffer>; // [P]
  readonly moments: Float32Array<ArrayBuffer>; // [S, P]
  /** The states that the next batch resumes, laid out by `carriedOf`; empty where every window starts fresh. */
  readonly carried: Float32Array<ArrayBuffer>;
  readonly best: BestState | null;
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
    inputWidth: model.shape.inputWidth,
    outputs: model.shape.outputs,
    step: 0,
    momentsSince: 0,
    evaluatedAt: -1,
    params: initialiseParameters(model, { seed, initialMemory }),
    moments: new Float32Array(momentsOf(experiment.training.optimizer).length * model.P),
    carried: new Float32Array(carriedOf(experiment).length),
    best: null,
    watch: FRESH_WATCH,
    plateau: FRESH_PLATEAU,
    earlyStopping: FRESH_EARLY_STOPPING,
    live: [],
  };
}

/**
 * The whole state of a run as values on the host: enough to go on with the same losses on any backend. It is what is
 * saved, what a lost device is replaced from, and what "undo" puts aside.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { USUAL_INITIALISATION } from "../core/initialisation-choice.ts";
import type { Plan } from "../core/program.ts";
import type { LiveChange, PruningReport, RunRecord, WatchState } from "../core/run-record.ts";
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
export interface RunState extends Readonly<Omit<RunRecord, "best" | "live" | "prunings">> {
  readonly experiment: Experiment;
  readonly plan: Plan;
  /** D and V of the data that it was trained on. */
  readonly inputWidth: number;
  readonly outputs: number;
  readonly params: Float32Array<ArrayBuffer>; // [P]
  readonly moments: Float32Array<ArrayBuffer>; // [S, P]
  /** The states that the next batch resumes, laid out by `carriedOf`; empty where every window starts fresh. */
  readonly carried: Float32Array<ArrayBuffer>;
  /** 1 for a parameter that trains, 0 for one that is pruned [P]; null in a run that does not prune. */
  readonly mask: Float32Array<ArrayBuffer> | null;
  readonly best: BestState | null;
  readonly live: readonly LiveChange[];
  readonly prunings: readonly PruningReport[];
}

/** What the watch knows before the first step. */
export const FRESH_WATCH: WatchState = { bestLoss: null, highSteps: 0, stalledAt: null };

/** Lengths of a state's arrays under an experiment. */
const momentsLength = ({ training }: Experiment, { P }: Model): number => momentsOf(training.optimizer).length * P;
const maskLength = ({ training }: Experiment, { P }: Model): number => (training.pruning ? P : 0);
const carriedLength = (experiment: Experiment): number => carriedOf(experiment).length;

/** How the Program was opened that a state is for. */
export type Opening = Pick<RunState, "plan" | "checkpoint">;

/** The state at step 0, drawn from the experiment's seed. */
export function createInitialState(experiment: Experiment, model: Model, opening: Opening): RunState {
  const { seed } = experiment;
  const { initialMemory, initialisation = USUAL_INITIALISATION } = experiment.model;
  return {
    experiment,
    ...opening,
    inputWidth: model.shape.inputWidth,
    outputs: model.shape.outputs,
    step: 0,
    momentsSince: 0,
    evaluatedAt: -1,
    params: initialiseParameters(model, { seed, initialMemory, ...initialisation }),
    moments: new Float32Array(momentsLength(experiment, model)),
    carried: new Float32Array(carriedLength(experiment)),
    mask: experiment.training.pruning ? new Float32Array(model.P).fill(1) : null,
    best: null,
    watch: FRESH_WATCH,
    plateau: FRESH_PLATEAU,
    earlyStopping: FRESH_EARLY_STOPPING,
    prunings: [],
    live: [],
  };
}

/**
 * A state to go on from, under an experiment and an opened Program. Throws `InputError` for a state of another model, whose parameters
 * would land in wrong places.
 */
export function resumeState(state: RunState, experiment: Experiment, model: Model, opening: Opening): RunState {
  const { inputWidth, outputs } = model.shape;
  const sizes = [
    ["inputs", state.inputWidth, inputWidth],
    ["outputs", state.outputs, outputs],
    ["parameters", state.params.length, model.P],
    ["moments", state.moments.length, momentsLength(experiment, model)],
    ["carried states", state.carried.length, carriedLength(experiment)],
    ["pruning mask", state.mask?.length ?? 0, maskLength(experiment, model)],
  ] as const;
  for (const [what, actual, expected] of sizes) {
    if (actual !== expected) throw new InputError("file-mismatch", { what, actual, expected });
  }
  return { ...state, experiment, ...opening };
}

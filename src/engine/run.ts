/**
 * A run: one experiment on one dataset, played by a backend it is given. The owner calls `advance` in a loop and reads
 * its mailbox in between; at most one of `advance`, `drain`, `evaluate`, `snapshot` and `restoreBest` may be under way.
 * Probe and generation may be asked for at any time. A fresh run, a saved one and one whose device was lost are opened
 * on the same road.
 */
import type { Backend, Player } from "../core/backend.ts";
import { ProgramRefusedError } from "../core/errors.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import type { LiveChange, PruningReport } from "../core/run-record.ts";
import type { Dataset } from "../core/task.ts";
import { type BuiltProgram, buildProgram } from "./build-program.ts";
import type { Generator } from "./generation.ts";
import { countOfSum } from "./head-loss.ts";
import type { Model } from "./model.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { RunMemory } from "./run-memory.ts";
import type { RunOptions } from "./run-options.ts";
import type { Evaluation, RunReport } from "./run-report.ts";
import { specsToTry } from "./run-spec.ts";
import { type BestState, createInitialState, type RunState, resumeState } from "./run-state.ts";
import type { BeamDecoder } from "./sequence-to-sequence/beam-decoder.ts";
import { TENSOR } from "./tensor-names.ts";
import { writeState } from "./training-queue.ts";
import { TrainingRun } from "./training-run.ts";

/** See the file's header. */
export interface Run {
  readonly experiment: Experiment;
  readonly spec: ProgramSpec;
  readonly program: Program;
  readonly model: Model;
  readonly plan: Plan;
  readonly memory: RunMemory;
  /** Good training steps whose metrics were reported. */
  readonly step: number;
  /** Passes over the training windows that these steps made, with what they have of the last one. */
  readonly epochs: number;
  readonly best: BestState | null;
  readonly live: readonly LiveChange[];
  /** Prunings made so far, by rising step. */
  readonly prunings: readonly PruningReport[];
  readonly counts: Player["counts"];
  /** The newest state on the host; reading it needs no device, so it survives the loss of one. */
  readonly recovery: RunState;
  /** Null where outputs cannot be fed back. */
  readonly generator: Generator | null;
  /** Null in models without a decoder. */
  readonly beam: BeamDecoder | null;
  /**
   * Sends training steps up to step `until`, waits for one chunk of them, and evaluates or prunes when a step for
   * it is reached. Rejects with `BackendLostError` when the device is gone: create another run from `recovery`.
   */
  advance(until: number): Promise<RunReport>;
  /** Waits for everything in flight, as before a pause. Sends nothing. */
  drain(): Promise<RunReport>;
  /** Evaluates now, with nothing in flight. Changes nothing: the best state is only ever chosen at evaluation steps. */
  evaluate(): Promise<Evaluation>;
  /** Changes a live field from the next step sent on. Throws `InputError` for a value the schema would refuse. */
  setLive(field: LiveField, value: number | null): LiveChange;
  /** Takes the best parameters, with moments and carried states at zero, at the present step. Throws without a best state. */
  restoreBest(): Promise<void>;
  /** Sends the probe now; see `playProbe`. `step` is that of the parameters it saw. */
  probe(sequence: ProbeSequence): Promise<ProbeResult & { readonly step: number }>;
  /** The whole state, with nothing in flight. */
  snapshot(): Promise<RunState>;
  /** Frees the device's memory. Idempotent. */
  dispose(): void;
}

/** Uploads data rows and the state to start from. */
function upload(player: Player, dataset: Dataset, spec: ProgramSpec, state: RunState): void {
  player.write("data.input", dataset.input.rows);
  player.write("data.target", dataset.target.rows);
  player.write("data.mask", dataset.mask);
  if (dataset.present) player.write("data.present", dataset.present);
  writeState(player, state);
  if (spec.loss.name === "ce-weighted") player.write(TENSOR.classWeights, Float32Array.from(spec.loss.weights));
  if (spec.reduction === "sum") player.write("count", Float32Array.of(countOfSum(spec)));
  if (state.mask) player.write(TENSOR.pruningMask, state.mask);
}

/** A Program that the backend holds. */
interface Opened {
  readonly spec: ProgramSpec;
  readonly built: BuiltProgram;
  readonly plan: Plan;
  readonly player: Player;
}

/** A plan that was brought along is pinned; otherwise measured, or the backend's own. */
function choosePlan(program: Program, backend: Backend, { plan, tune }: RunOptions): Promise<Plan> | Plan {
  return tune && !plan ? backend.tune(program, tune) : backend.plan(program, plan);
}

/** Opens the first of the specs that the backend can hold. Throws the last refusal where it can hold none. */
async function openFirst(specs: readonly ProgramSpec[], backend: Backend, options: RunOptions): Promise<Opened> {
  let refusal: unknown = new Error("a run needs a spec");
  for (const spec of specs) {
    const built = buildProgram(spec);
    try {
      const plan = await choosePlan(built.program, backend, options);
      // The backend refuses what it cannot hold before initial weights of that size are drawn.
      const player = await backend.create(built.program, plan, options.progress);
      return { spec, built, plan, player };
    } catch (error) {
      if (!(error instanceof ProgramRefusedError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Builds the Program, opens its player and uploads the data. Throws `InputError` for data or a state that do not fit,
 * `ProgramRefusedError` when the backend cannot hold it, with checkpoints neither; nothing is left open then.
 */
export async function createRun(
  experiment: Experiment,
  dataset: Dataset,
  backend: Backend,
  options: RunOptions,
): Promise<Run> {
  const specs = specsToTry(experiment, dataset, options.state?.checkpoint ?? null);
  const { spec, built, plan, player } = await openFirst(specs, backend, options);
  try {
    const { model } = built;
    const opening = { plan, checkpoint: spec.checkpoint ?? null };
    const state = options.state
      ? resumeState(options.state, experiment, model, opening)
      : createInitialState(experiment, model, opening);
    upload(player, dataset, spec, state);
    return new TrainingRun({ experiment, dataset, spec, built, plan, player, options }, state);
  } catch (error) {
    player.dispose();
    throw error;
  }
}

/**
 * A run: one experiment on one dataset, played by a backend it is given. The owner calls `advance` in a loop and reads
 * its mailbox in between; at most one of `advance`, `drain`, `evaluate`, `profile`, `snapshot` and `restoreBest` may be under way.
 * Probe and generation may be asked for at any time. A fresh run, a saved one and one whose device was lost are opened
 * on the same road.
 */
import type { Backend, Player } from "../core/backend.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import type { LiveChange, PruningReport } from "../core/run-record.ts";
import type { StepProfile } from "../core/step-profile.ts";
import type { Dataset } from "../core/task.ts";
import type { Generator } from "./generation.ts";
import type { Model } from "./model.ts";
import { openTraining } from "./open-training.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { RunMemory } from "./run-memory.ts";
import type { RunOptions } from "./run-options.ts";
import type { Evaluation, RunReport } from "./run-report.ts";
import { specsToTry } from "./run-spec.ts";
import type { BestState, RunState } from "./run-state.ts";
import type { BeamDecoder } from "./sequence-to-sequence/beam-decoder.ts";
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
  /** Times the operations of a training step, with nothing in flight; changes nothing. */
  profile(): Promise<StepProfile>;
  /** The whole state, with nothing in flight. */
  snapshot(): Promise<RunState>;
  /** Frees the device's memory. Idempotent. */
  dispose(): void;
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
  const { state = null } = options;
  const specs = specsToTry(experiment, dataset, state?.checkpoint ?? null);
  return openTraining(specs, [{ experiment, state }], { dataset, backend, options }, (parts, [opened]) => {
    if (!opened) throw new Error("a run needs a state");
    return new TrainingRun(parts, opened);
  });
}

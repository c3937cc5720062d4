/**
 * Runs side by side: experiments that differ in seed and in the numbers of their steps, on one dataset, trained in the same
 * dispatches of one backend, each from its own step on. Each is the run that it would be alone, bit for bit; one that leaves the
 * finite, diverges or runs out of patience stops by itself and the others go on. The owner calls `advance` in a loop, as for a `Run`; at most
 * one of `advance`, `drain`, `evaluate` and `snapshot` may be under way. Probes and generators may be asked at any time.
 */
import type { Backend, Player } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import type { LiveChange, PruningReport } from "../core/run-record.ts";
import type { Dataset } from "../core/task.ts";
import { refuseDisagreement, refuseOtherStates } from "./agreeing-experiments.ts";
import { Generator } from "./generation.ts";
import type { Model } from "./model.ts";
import type { ModelTraining } from "./model-training.ts";
import { viewModel } from "./model-view.ts";
import { openTraining } from "./open-training.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { RunMemory } from "./run-memory.ts";
import type { RunGroupOptions } from "./run-options.ts";
import type { Evaluation, RunReport } from "./run-report.ts";
import { specsToTry } from "./run-spec.ts";
import type { BestState, RunState } from "./run-state.ts";
import { type GroupParts, TrainingGroup } from "./training-group.ts";

/** One of the runs. What it has in common with the others is said by the group. */
export interface GroupedRun {
  readonly experiment: Experiment;
  /** Good training steps whose metrics were reported. */
  readonly step: number;
  readonly best: BestState | null;
  readonly live: readonly LiveChange[];
  readonly prunings: readonly PruningReport[];
  /** The newest state on the host; a `Run` can be created from it. */
  readonly recovery: RunState;
  /** Why it stopped for good beside the others; null while it trains. */
  readonly stopped: Fault | null;
  /** Changes a live field from the next step sent on. Throws `InputError` for a value the schema would refuse. */
  setLive(field: LiveField, value: number | null): LiveChange;
  /** Writes symbols with this run's parameters while all train; null where outputs cannot be fed back. */
  readonly generator: Generator | null;
  /** Sends a probe now. `step` is that of the parameters it saw. */
  probe(sequence: ProbeSequence): Promise<ProbeResult & { readonly step: number }>;
  /** The whole state, with nothing in flight; a `Run` can be created from it. */
  snapshot(): Promise<RunState>;
}

/** See the file's header. */
export interface RunGroup {
  /** In the order of the experiments. */
  readonly runs: readonly GroupedRun[];
  /** Where the group stands: at the step of the run that was furthest when it was opened, also when that one has stopped since. */
  readonly step: number;
  readonly spec: ProgramSpec;
  readonly program: Program;
  readonly model: Model;
  readonly plan: Plan;
  /** Of all runs together. */
  readonly memory: RunMemory;
  readonly counts: Player["counts"];
  /**
   * Sends training steps until the group stands at step `until`, waits for one chunk of them, and evaluates or prunes
   * the runs that reached a step for it: one report for each. Does nothing once all have stopped. Rejects with `BackendLostError` when the device is gone.
   */
  advance(until: number): Promise<readonly RunReport[]>;
  /** Waits for everything in flight, as before a pause. Sends nothing. */
  drain(): Promise<readonly RunReport[]>;
  /** Evaluates every run now, with nothing in flight. Changes nothing. */
  evaluate(): Promise<readonly Evaluation[]>;
  /** Frees the device's memory. Idempotent. */
  dispose(): void;
}

function describeRun(group: TrainingGroup, model: ModelTraining, index: number): GroupedRun {
  const { player, spec } = group.parts;
  const { experiment } = model;
  return {
    experiment,
    generator: spec.generate ? new Generator(viewModel(player, index), spec, experiment.seed, "beside others") : null,
    get step() {
      return model.step;
    },
    get best() {
      return group.best(index);
    },
    get live() {
      return model.live.changes;
    },
    get prunings() {
      return group.prunings(index);
    },
    get recovery() {
      return model.recovery;
    },
    get stopped() {
      return model.stopped;
    },
    setLive: (field, value) => model.live.set(group.submittedOf(index), field, value),
    probe: (sequence) => group.probe(index, sequence),
    snapshot: () => group.snapshot(index),
  };
}

function describeGroup(parts: GroupParts, states: readonly [RunState, ...RunState[]]): RunGroup {
  const { spec, built, plan, player } = parts;
  const group = new TrainingGroup(parts, states, "stop");
  return {
    runs: group.models.map((model, index) => describeRun(group, model, index)),
    get step() {
      return group.step;
    },
    ...{ spec, plan, program: built.program, model: built.model, memory: group.memory, counts: player.counts },
    advance: (until) => group.advance(until),
    drain: () => group.drain(),
    evaluate: () => group.evaluate(),
    dispose: () => player.dispose(),
  };
}

/**
 * Opens 1 to 64 runs side by side, each from step 0 or from its own saved state. Throws `InputError` for experiments that cannot
 * share a Program, with path, expected and actual, for states that do not fit or are not one for each, and for data that do not
 * fit; `ContractError` for more than 64; `ProgramRefusedError` with the bytes when the backend cannot hold so many.
 */
export async function createRunGroup(
  experiments: readonly [Experiment, ...Experiment[]],
  dataset: Dataset,
  backend: Backend,
  options: RunGroupOptions,
): Promise<RunGroup> {
  refuseDisagreement(experiments);
  const states = options.states ?? experiments.map(() => null);
  const checkpoint = refuseOtherStates(experiments, states);
  const specs = specsToTry(experiments[0], dataset, checkpoint);
  const models = experiments.map((experiment, index) => ({ experiment, state: states[index] ?? null }));
  return openTraining(specs, models, { dataset, backend, options }, (parts, [first, ...others]) => {
    if (!first) throw new Error("a group needs a state");
    return describeGroup(parts, [first, ...others]);
  });
}

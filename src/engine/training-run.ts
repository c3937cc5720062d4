/** A run as a training group of one model: its methods are those of `Run`, where they are documented. */
import type { Player } from "../core/backend.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import type { LiveChange, PruningReport } from "../core/run-record.ts";
import type { StepProfile } from "../core/step-profile.ts";
import { Generator } from "./generation.ts";
import type { Model } from "./model.ts";
import type { ModelTraining } from "./model-training.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { RunMemory } from "./run-memory.ts";
import type { Evaluation, RunReport } from "./run-report.ts";
import type { BestState, RunState } from "./run-state.ts";
import { BeamDecoder } from "./sequence-to-sequence/beam-decoder.ts";
import { type GroupParts, TrainingGroup } from "./training-group.ts";

/** What a group of one said of its model. */
function ofOne<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined || values.length !== 1) throw new Error(`a run has one model, not ${values.length}`);
  return value;
}

/** Implements `Run`; made by `createRun`, whose player already holds data and state. */
export class TrainingRun {
  readonly experiment: Experiment;
  readonly spec: ProgramSpec;
  readonly program: Program;
  readonly model: Model;
  readonly plan: Plan;
  readonly generator: Generator | null;
  readonly beam: BeamDecoder | null;
  readonly #player: Player;
  readonly #group: TrainingGroup;
  readonly #training: ModelTraining;

  constructor(parts: GroupParts, state: RunState) {
    const { spec, built, plan, player } = parts;
    const { experiment } = state;
    this.experiment = experiment;
    this.spec = spec;
    this.program = built.program;
    this.model = built.model;
    this.plan = plan;
    this.generator = spec.generate ? new Generator(player, spec, experiment.seed) : null;
    this.beam = spec.decoder ? new BeamDecoder(player, spec, spec.decoder) : null;
    this.#player = player;
    this.#group = new TrainingGroup(parts, [state], "stand");
    this.#training = ofOne(this.#group.models);
  }

  get memory(): RunMemory {
    return this.#group.memory;
  }

  get step(): number {
    return this.#training.step;
  }

  get epochs(): number {
    return this.#group.epochs(this.step);
  }

  get best(): BestState | null {
    return this.#group.best(0);
  }

  get live(): readonly LiveChange[] {
    return this.#training.live.changes;
  }

  get prunings(): readonly PruningReport[] {
    return this.#group.prunings(0);
  }

  get counts(): Player["counts"] {
    return this.#player.counts;
  }

  get recovery(): RunState {
    return this.#training.recovery;
  }

  async advance(until: number): Promise<RunReport> {
    return ofOne(await this.#group.advance(until));
  }

  async drain(): Promise<RunReport> {
    return ofOne(await this.#group.drain());
  }

  async evaluate(): Promise<Evaluation> {
    return ofOne(await this.#group.evaluate());
  }

  setLive(field: LiveField, value: number | null): LiveChange {
    return this.#training.live.set(this.#group.submittedOf(0), field, value);
  }

  restoreBest(): Promise<void> {
    return this.#group.restoreBest(0);
  }

  probe(sequence: ProbeSequence): Promise<ProbeResult & { readonly step: number }> {
    return this.#group.probe(0, sequence);
  }

  profile(): Promise<StepProfile> {
    return this.#group.profile();
  }

  snapshot(): Promise<RunState> {
    return this.#group.snapshot(0);
  }

  dispose(): void {
    this.#player.dispose();
  }
}

/**
 * The trainer: models of one Program, trained side by side in the same plays; a run is a group of one. Chunks of steps are
 * kept in flight so that the device never waits; they are drained at the steps only at which some model is evaluated or pruned,
 * which the experiments fix, so no result depends on how fast anything was. A model that stops for good has its flags raised, which switches
 * its optimizer off: its numbers stay as they are while the others go on. Only a group of one may stand still instead.
 */
import type { Player } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Plan } from "../core/program.ts";
import type { StepProfile } from "../core/step-profile.ts";
import type { Dataset } from "../core/task.ts";
import type { BuiltProgram } from "./build-program.ts";
import { freshState, readState, writeState } from "./device-state.ts";
import { HeldOut, type JudgedModel } from "./held-out.ts";
import { ModelTraining } from "./model-training.ts";
import { viewModel } from "./model-view.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import { notFiniteFault } from "./program-draft.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { Pruner } from "./pruner.ts";
import type { QueuePlace } from "./queue-clock.ts";
import { measureMemory, type RunMemory } from "./run-memory.ts";
import type { GroupOptions } from "./run-options.ts";
import { runProbe } from "./run-probe.ts";
import { type Evaluation, type OpenReport, openReport, type RunReport } from "./run-report.ts";
import type { BestState, RunState } from "./run-state.ts";
import { ChunkSizer, isEvaluationDue, nextEvaluation } from "./scheduler.ts";
import { profileStep } from "./step-profile.ts";
import { type FinishedChunk, TrainingQueue } from "./training-queue.ts";

/** Chunks in flight: one runs, one waits behind it. */
const DEPTH = 2;
/** Wished time of a chunk: two of them in flight answer a click within 150 ms. */
const CHUNK_MS = 75;
/** Training time between two states that are read back for recovery. */
const RECOVERY_MS = 2000;
const NO_FLAGS = new Uint32Array(1);
const RAISED_FLAGS = Uint32Array.of(1);
const NO_BREATH = () => Promise.resolve();

/** What a group is made of; its player already holds data and states. */
export interface GroupParts {
  readonly dataset: Dataset;
  readonly spec: ProgramSpec;
  readonly built: BuiltProgram;
  readonly plan: Plan;
  readonly player: Player;
  readonly options: GroupOptions;
}

/** What a fault does: `stand` lets the owner go on from there, `stop` ends the training of that model beside others. */
export type AfterFault = "stand" | "stop";

/** A model and its place among the others. */
interface PlacedModel {
  readonly index: number;
  readonly model: ModelTraining;
}

const namePlace = ({ index, model: { step } }: PlacedModel): JudgedModel => ({ model: index, step });

/** See the file's header; its owner calls one of `advance`, `drain`, `evaluate`, `profile`, `snapshot` and `restoreBest` at a time. */
export class TrainingGroup {
  readonly parts: GroupParts;
  readonly models: readonly ModelTraining[];
  readonly memory: RunMemory;
  readonly #queue: TrainingQueue;
  readonly #heldOut: HeldOut;
  readonly #pruner: Pruner;
  readonly #sizer: ChunkSizer;
  readonly #evaluateEvery: number;
  readonly #afterFault: AfterFault;
  #recoveryMs: number;

  /** `states` are those of the Program's models, each at its own step. */
  constructor(parts: GroupParts, states: readonly [RunState, ...RunState[]], afterFault: AfterFault) {
    const { dataset, spec, built, player, options } = parts;
    const { score, scoredSteps, breathe = NO_BREATH, now } = options;
    const { pruning: choice, evaluateEvery } = states[0].experiment.training;
    this.parts = parts;
    this.models = states.map((state) => new ModelTraining(state));
    this.memory = measureMemory(spec, built, player);
    const queued = this.models.map((model) => {
      const { experiment, live } = model;
      return { experiment, live, rateFactor: (step: number) => model.rateFactor(step) };
    });
    const place = this.#placeAt(states.map(({ step }) => step));
    this.#queue = new TrainingQueue({ player, spec, dataset, models: queued, now }, place);
    const judge = { player, models: states.length, spec, dataset, scoredSteps, breathe, score };
    this.#heldOut = new HeldOut(
      judge,
      states.map(({ best }) => best),
    );
    this.#pruner = new Pruner({ player, model: built.model, choice, heldOut: this.#heldOut }, states);
    this.#sizer = new ChunkSizer(options.chunkMs ?? CHUNK_MS);
    this.#evaluateEvery = evaluateEvery;
    this.#afterFault = afterFault;
    this.#recoveryMs = now();
  }

  /** Passes over the training windows that so many steps make. */
  epochs(steps: number): number {
    return this.#queue.epochs(steps);
  }

  /** The parameters of a model's lowest validation loss. */
  best(model: number): BestState | null {
    return this.#heldOut.best(model);
  }

  /** Prunings of a model so far. */
  prunings(model: number): RunState["prunings"] {
    return this.#pruner.state(model).prunings;
  }

  /** Good steps whose metrics were reported, counted by the model that was furthest when the group was opened. */
  get step(): number {
    const [first] = this.#training();
    const inFlight = first ? this.submittedOf(first.index) - first.model.step : 0;
    return this.#queue.submitted - inFlight;
  }

  /** Steps sent of a model, which live changes act from. */
  submittedOf(model: number): number {
    return this.#queue.submittedOf(model);
  }

  /**
   * As `Run.advance`, of every model in order, up to step `until` of the one that is furthest; one that has stopped reports
   * nothing but steps that were in flight.
   */
  async advance(until: number): Promise<readonly RunReport[]> {
    const reports = this.models.map(openReport);
    while (this.#queue.inFlight < DEPTH) {
      const left = Math.min(until, this.#nextStop()) - this.#queue.submitted;
      if (left <= 0) break;
      const now = this.parts.options.now();
      const withState = now - this.#recoveryMs >= RECOVERY_MS;
      if (withState) this.#recoveryMs = now;
      this.#queue.send(this.#sizer.size(Math.min(left, this.#queue.room)), withState);
    }
    await this.#takeOne(reports);
    if (this.#queue.inFlight === 0) await this.#judge(reports);
    return reports;
  }

  /** As `Run.drain`. */
  async drain(): Promise<readonly RunReport[]> {
    const reports = this.models.map(openReport);
    const stands = () => this.#afterFault === "stand" && reports.some(({ fault }) => fault !== null);
    while (this.#queue.inFlight > 0 && !stands()) await this.#takeOne(reports);
    return reports;
  }

  /** As `Run.evaluate`, of every model. */
  evaluate(): Promise<readonly Evaluation[]> {
    this.#requireDrained();
    const all = this.models.map((model, index) => ({ index, model }));
    return this.#heldOut.evaluate(all.map(namePlace), false);
  }

  /** Gives a model its best parameters, with moments and carried states at zero, at its present step. */
  async restoreBest(index: number): Promise<void> {
    this.#requireDrained();
    const model = this.#model(index);
    const { player } = this.parts;
    const best = this.#heldOut.best(index);
    if (!best) throw new Error("no evaluation has chosen a best state yet");
    const state = freshState(best.params, model.recovery);
    writeState(player, state, index);
    player.write("flags", NO_FLAGS, 0, index);
    model.beginAgain();
    this.#queue.restart(this.#placeAt(this.models.map((_, other) => this.submittedOf(other))));
    model.keep(state, this.#othersOf(index));
    await player.settle();
  }

  /** Sends a probe of one model now; `step` is that of the parameters it saw. */
  probe(index: number, sequence: ProbeSequence): Promise<ProbeResult & { readonly step: number }> {
    const { player, spec } = this.parts;
    const { stopped, step } = this.#model(index);
    const seen = { player: viewModel(player, index), spec, step: stopped ? step : this.submittedOf(index) };
    return runProbe(seen, sequence);
  }

  /** The whole state of one model, with nothing in flight. */
  async snapshot(index: number): Promise<RunState> {
    this.#requireDrained();
    const model = this.#model(index);
    model.keep(await readState(this.parts.player, this.parts.spec, index), this.#othersOf(index));
    return model.recovery;
  }

  /** As `Run.profile`, of all models together. */
  profile(): Promise<StepProfile> {
    this.#requireDrained();
    const { player, spec, options } = this.parts;
    return profileStep({ queue: this.#queue, player, spec, models: this.models.length, now: options.now });
  }

  #model(index: number): ModelTraining {
    const model = this.models[index];
    if (!model) throw new Error(`a model below ${this.models.length}, not ${index}`);
    return model;
  }

  #othersOf(index: number): Pick<RunState, "best" | "mask" | "prunings"> {
    return { ...this.#pruner.state(index), best: this.#heldOut.best(index) };
  }

  #placeAt(steps: readonly number[]): QueuePlace {
    return { steps, momentsSince: this.models.map(({ momentsSince }) => momentsSince) };
  }

  #requireDrained(): void {
    if (this.#queue.inFlight > 0) throw new Error(`${this.#queue.inFlight} chunks of steps are still in flight`);
  }

  /** Models that train, by their place. */
  #training(): readonly PlacedModel[] {
    return this.models.map((model, index) => ({ index, model })).filter(({ model }) => model.stopped === null);
  }

  /** The step at which sending must stop to evaluate or to prune some model: the present one if that was not done yet. */
  #nextStop(): number {
    const { submitted } = this.#queue;
    const left = this.#training().map(({ index, model }) => {
      const own = this.submittedOf(index);
      if (isEvaluationDue(own, this.#evaluateEvery, model.evaluatedAt)) return 0;
      return Math.min(nextEvaluation(own, this.#evaluateEvery), this.#pruner.nextStop(index, own)) - own;
    });
    return submitted + (left.length > 0 ? Math.min(...left) : 0);
  }

  async #takeOne(reports: readonly OpenReport[]): Promise<void> {
    const chunks = await this.#queue.take();
    const first = chunks?.[0];
    if (!chunks || !first) return;
    this.#sizer.record(first.count, first.elapsedMs);
    const { parameters } = this.parts.built.model;
    const context = { parameters, epochs: (steps: number) => this.#queue.epochs(steps) };
    for (const [index, chunk] of chunks.entries()) {
      const model = this.#model(index);
      const report = reports[index];
      if (!report) continue;
      model.take(chunk, report, context);
      if (chunk.state) model.keep(chunk.state, this.#othersOf(index));
      if (model.stopped !== null) report.fault = null;
      else if (chunk.flags !== 0) await this.#stopAtFlag(index, chunk, report);
      else if (report.fault) this.#stop(index, report.fault);
    }
  }

  /** Parameters on the device are those of the last good step, so a run can go on from there at once. */
  async #stopAtFlag(index: number, chunk: FinishedChunk, report: OpenReport): Promise<void> {
    const { step } = this.#model(index);
    report.fault = notFiniteFault(this.parts.built.flagOrigins, chunk.flags, step);
    this.#stop(index, report.fault);
    if (this.#afterFault === "stop") return;
    while (this.#queue.inFlight > 0) await this.#queue.take();
    this.parts.player.write("flags", NO_FLAGS, 0, index);
    this.#queue.restart(this.#placeAt([step]));
  }

  /** Switches the optimizer of a model off from the next step sent on; one that only stands still may go on. */
  #stop(index: number, fault: Fault): void {
    if (this.#afterFault === "stand") return;
    this.#model(index).stopped = fault;
    this.parts.player.write("flags", RAISED_FLAGS, 0, index);
  }

  /** Prunes or evaluates, where a step for it is reached, the models that train and have not just been told a fault. */
  async #judge(reports: readonly OpenReport[]): Promise<void> {
    const judged = this.#training().filter(({ index }) => reports[index]?.fault === null);
    const due = judged.filter(({ index, model }) => this.#pruner.isDue(index, model.step));
    if (due.length > 0) await this.#prune(due, reports);
    const evaluated = judged.filter(({ model }) => isEvaluationDue(model.step, this.#evaluateEvery, model.evaluatedAt));
    if (evaluated.length === 0) return;
    const evaluations = await this.#heldOut.evaluate(evaluated.map(namePlace), true);
    for (const [i, { index }] of evaluated.entries()) await this.#hear(index, evaluations[i], reports[index]);
  }

  /** Prunes models, which also evaluates them. */
  async #prune(due: readonly PlacedModel[], reports: readonly OpenReport[]): Promise<void> {
    const pruned = await this.#pruner.prune(due.map(namePlace));
    for (const [i, { index, model }] of due.entries()) {
      const [outcome, report] = [pruned[i], reports[index]];
      if (outcome && report) model.observePruning(outcome, report);
    }
  }

  /** Early stopping: the model stands still with its best parameters; a run would go on from them. */
  async #hear(index: number, evaluation: Evaluation | undefined, report: OpenReport | undefined): Promise<void> {
    if (!evaluation || !report || !this.#model(index).observeEvaluation(evaluation, report)) return;
    if (this.#heldOut.best(index)) await this.restoreBest(index);
    if (report.fault) this.#stop(index, report.fault);
  }
}

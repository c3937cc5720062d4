/**
 * The trainer behind the `Run` interface. Chunks of steps are kept in flight so that the device never waits; they are
 * drained at evaluation steps only, which the experiment fixes, so no result depends on how fast anything was.
 */
import type { Player } from "../core/backend.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import type { EarlyStoppingState, LiveChange, PlateauState, PruningReport } from "../core/run-record.ts";
import type { Dataset } from "../core/task.ts";
import type { BuiltProgram } from "./build-program.ts";
import { FRESH_EARLY_STOPPING, observeEarlyStopping } from "./early-stopping.ts";
import { Generator } from "./generation.ts";
import { HeldOut } from "./held-out.ts";
import { LiveLog } from "./live-log.ts";
import { LossWatch } from "./loss-watch.ts";
import type { Model } from "./model.ts";
import type { ProbeResult, ProbeSequence } from "./probe.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { Pruner } from "./pruner.ts";
import { measureMemory, type RunMemory } from "./run-memory.ts";
import type { RunOptions } from "./run-options.ts";
import { runProbe } from "./run-probe.ts";
import { createMetricsBlock, type Evaluation, type OpenReport, openReport, type RunReport } from "./run-report.ts";
import type { BestState, RunState } from "./run-state.ts";
import { ChunkSizer, isEvaluationDue, nextEvaluation } from "./scheduler.ts";
import { observePlateau, scheduleFactor } from "./schedules.ts";
import { BeamDecoder } from "./sequence-to-sequence/beam-decoder.ts";
import { type DeviceState, type FinishedChunk, readState, TrainingQueue, writeState } from "./training-queue.ts";

/** Chunks in flight: one runs, one waits behind it. */
const DEPTH = 2;
/** Wished time of a chunk: two of them in flight answer a click within 150 ms. */
const CHUNK_MS = 75;
/** Training time between two states that are read back for recovery. */
const RECOVERY_MS = 2000;
const NO_FLAGS = new Uint32Array(1);
const NO_BREATH = () => Promise.resolve();

/** What a run is made of. */
export interface RunParts {
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  readonly spec: ProgramSpec;
  readonly built: BuiltProgram;
  readonly plan: Plan;
  readonly player: Player;
  readonly options: RunOptions;
}

/** Implements `Run`, where its methods are documented; made by `createRun`, whose player already holds data and state. */
export class TrainingRun {
  readonly experiment: Experiment;
  readonly spec: ProgramSpec;
  readonly program: Program;
  readonly model: Model;
  readonly plan: Plan;
  readonly memory: RunMemory;
  readonly generator: Generator | null;
  readonly beam: BeamDecoder | null;
  readonly #parts: RunParts;
  readonly #player: Player;
  readonly #queue: TrainingQueue;
  readonly #heldOut: HeldOut;
  readonly #live: LiveLog;
  readonly #watch: LossWatch;
  readonly #pruner: Pruner;
  readonly #sizer: ChunkSizer;
  #step: number;
  #momentsSince: number;
  #evaluatedAt: number;
  #plateau: PlateauState;
  #earlyStopping: EarlyStoppingState;
  #recovery: RunState;
  #recoveryMs: number;

  constructor(parts: RunParts, state: RunState) {
    const { experiment, dataset, spec, built, plan, player, options } = parts;
    this.experiment = experiment;
    this.spec = spec;
    this.program = built.program;
    this.model = built.model;
    this.plan = plan;
    this.memory = measureMemory(spec, built);
    this.beam = spec.decoder ? new BeamDecoder(player, spec, spec.decoder) : null;
    this.generator = spec.generate ? new Generator(player, spec, experiment.seed) : null;
    this.#parts = parts;
    this.#player = player;
    this.#live = new LiveLog(experiment.training, state.live);
    this.#plateau = state.plateau;
    this.#earlyStopping = state.earlyStopping;
    const { schedule } = experiment.training;
    const rateFactor = (step: number) => scheduleFactor(schedule, step, this.#plateau);
    const { now } = options;
    this.#queue = new TrainingQueue({ player, spec, experiment, dataset, live: this.#live, rateFactor, now }, state);
    const { score, scoredSteps, breathe = NO_BREATH } = options;
    this.#heldOut = new HeldOut({ player, spec, dataset, scoredSteps, breathe, score }, state.best);
    this.#watch = new LossWatch(state.watch);
    const { pruning: choice } = experiment.training;
    this.#pruner = new Pruner({ player, model: built.model, choice, heldOut: this.#heldOut }, state);
    this.#sizer = new ChunkSizer(options.chunkMs ?? CHUNK_MS);
    this.#step = state.step;
    this.#momentsSince = state.momentsSince;
    this.#evaluatedAt = state.evaluatedAt;
    this.#recovery = state;
    this.#recoveryMs = options.now();
  }

  get step(): number {
    return this.#step;
  }

  get epochs(): number {
    return this.#queue.epochs(this.#step);
  }

  get best(): BestState | null {
    return this.#heldOut.best;
  }

  get live(): readonly LiveChange[] {
    return this.#live.changes;
  }

  get prunings(): readonly PruningReport[] {
    return this.#pruner.state.prunings;
  }

  get counts(): Player["counts"] {
    return this.#player.counts;
  }

  get recovery(): RunState {
    return { ...this.#recovery, live: this.#live.changes };
  }

  async advance(until: number): Promise<RunReport> {
    const report = openReport();
    while (this.#queue.inFlight < DEPTH) {
      const left = Math.min(until, this.#nextStop()) - this.#queue.submitted;
      if (left <= 0) break;
      const now = this.#parts.options.now();
      const withState = now - this.#recoveryMs >= RECOVERY_MS;
      if (withState) this.#recoveryMs = now;
      this.#queue.send(this.#sizer.size(Math.min(left, this.#queue.room)), withState);
    }
    await this.#takeOne(report);
    if (report.fault === null && this.#queue.inFlight === 0) {
      if (this.#pruner.isDue(this.#step)) await this.#prune(report);
      else if (isEvaluationDue(this.#step, this.experiment.training.evaluateEvery, this.#evaluatedAt)) {
        await this.#evaluateByPlan(report);
      }
    }
    return report;
  }

  async drain(): Promise<RunReport> {
    const report = openReport();
    while (this.#queue.inFlight > 0 && report.fault === null) await this.#takeOne(report);
    return report;
  }

  evaluate(): Promise<Evaluation> {
    this.#requireDrained();
    return this.#heldOut.evaluate(this.#step, false);
  }

  setLive(field: LiveField, value: number | null): LiveChange {
    return this.#live.set(this.#queue.submitted, field, value);
  }

  async restoreBest(): Promise<void> {
    this.#requireDrained();
    const { best } = this.#heldOut;
    if (!best) throw new Error("no evaluation has chosen a best state yet");
    const { moments, carried } = this.#recovery;
    const state = {
      params: best.params,
      moments: new Float32Array(moments.length),
      carried: new Float32Array(carried.length),
    };
    writeState(this.#player, state);
    this.#player.write("flags", NO_FLAGS);
    this.#momentsSince = this.#step;
    this.#queue.restart({ step: this.#step, momentsSince: this.#momentsSince });
    this.#watch.reset();
    this.#keepForRecovery(state);
    await this.#player.settle();
  }

  probe(sequence: ProbeSequence): Promise<ProbeResult & { readonly step: number }> {
    return runProbe({ player: this.#player, spec: this.spec, step: this.#queue.submitted }, sequence);
  }

  async snapshot(): Promise<RunState> {
    this.#requireDrained();
    this.#keepForRecovery(await readState(this.#player, this.spec));
    return this.recovery;
  }

  dispose(): void {
    this.#player.dispose();
  }

  #requireDrained(): void {
    if (this.#queue.inFlight > 0) throw new Error(`${this.#queue.inFlight} chunks of steps are still in flight`);
  }

  /** The step at which sending must stop to evaluate or to prune: the present one if that was not done yet. */
  #nextStop(): number {
    const { submitted } = this.#queue;
    const { evaluateEvery } = this.experiment.training;
    if (isEvaluationDue(submitted, evaluateEvery, this.#evaluatedAt)) return submitted;
    return Math.min(nextEvaluation(submitted, evaluateEvery), this.#pruner.nextStop(submitted));
  }

  async #takeOne(report: OpenReport): Promise<void> {
    const chunk = await this.#queue.take();
    if (!chunk) return;
    this.#sizer.record(chunk.count, chunk.elapsedMs);
    if (chunk.good > 0) {
      const epoch = this.#queue.epochs(chunk.first + chunk.good);
      report.metrics.push(createMetricsBlock(chunk, epoch, this.model.parameters));
    }
    for (let i = 0; i < chunk.good; i++) {
      report.fault ??= this.#watch.observeLoss(chunk.first + i, chunk.metrics[i * 4] ?? Number.NaN);
    }
    this.#step = chunk.first + chunk.good;
    if (chunk.state) this.#keepForRecovery(chunk.state);
    if (chunk.flags !== 0) await this.#stopAtFlag(chunk, report);
  }

  /** Parameters on the device are those of the last good step, so the run can go on from there at once. */
  async #stopAtFlag(chunk: FinishedChunk, report: OpenReport): Promise<void> {
    while (this.#queue.inFlight > 0) await this.#queue.take();
    const origin = this.#parts.built.flagOrigins.find(({ bit }) => (chunk.flags & bit) !== 0);
    const { operation = "unknown", label = "unknown" } = origin ?? {};
    report.fault = { code: "not-finite", details: { step: this.#step, operation, where: label } };
    this.#player.write("flags", NO_FLAGS);
    this.#queue.restart({ step: this.#step, momentsSince: this.#momentsSince });
  }

  #keepForRecovery(state: DeviceState): void {
    this.#recovery = {
      experiment: this.experiment,
      plan: this.plan,
      inputWidth: this.spec.inputWidth,
      outputs: this.spec.outputs,
      step: this.#step,
      momentsSince: this.#momentsSince,
      evaluatedAt: this.#evaluatedAt,
      ...state,
      ...this.#pruner.state,
      best: this.#heldOut.best,
      watch: this.#watch.state,
      checkpoint: this.spec.checkpoint ?? null,
      plateau: this.#plateau,
      earlyStopping: this.#earlyStopping,
      live: this.#live.changes,
    };
  }

  /** Prunes and evaluates. What was seen of the whole model is no measure for the pruned one: all judges begin again. */
  async #prune(report: OpenReport): Promise<void> {
    const { pruning, evaluation } = await this.#pruner.prune(this.#step);
    report.pruning = pruning;
    report.evaluation = evaluation;
    this.#evaluatedAt = this.#step;
    this.#watch.reset();
    const { schedule, earlyStopping } = this.experiment.training;
    const { stoppedAt } = this.#earlyStopping;
    const loss = evaluation.validationLoss;
    this.#plateau = observePlateau(schedule, { ...this.#plateau, best: null, waited: 0 }, loss);
    const fresh = { ...FRESH_EARLY_STOPPING, stoppedAt };
    this.#earlyStopping = observeEarlyStopping(earlyStopping, fresh, { step: this.#step, loss });
  }

  async #evaluateByPlan(report: OpenReport): Promise<void> {
    const evaluation = await this.#heldOut.evaluate(this.#step, true);
    report.evaluation = evaluation;
    this.#evaluatedAt = this.#step;
    this.#plateau = observePlateau(this.experiment.training.schedule, this.#plateau, evaluation.validationLoss);
    await this.#stopIfPatienceEnds(report, evaluation);
    const stalled = report.fault ? null : this.#watch.observeEvaluation(this.#step, evaluation.bestStep);
    if (stalled) report.notices.push(stalled);
  }

  /** Early stopping: the run stands still with its best parameters and would go on from them. */
  async #stopIfPatienceEnds(report: OpenReport, evaluation: Evaluation): Promise<void> {
    const { earlyStopping } = this.experiment.training;
    const seen = { step: this.#step, loss: evaluation.validationLoss };
    this.#earlyStopping = observeEarlyStopping(earlyStopping, this.#earlyStopping, seen);
    if (earlyStopping === null || this.#earlyStopping.stoppedAt !== this.#step) return;
    if (this.#heldOut.best) await this.restoreBest();
    const { bestStep, bestValidationLoss: loss } = evaluation;
    const details = { step: this.#step, bestStep, loss, evaluations: earlyStopping.patience };
    report.fault = { code: "stopped-early", details };
  }
}

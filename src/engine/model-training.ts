/**
 * What the host knows of one model in training: where it stands, what it was told on the way (live changes, schedule,
 * patience), and the newest state to go on from. It plays nothing; a `TrainingGroup` does, for all of its models.
 */
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { EarlyStoppingState, PlateauState } from "../core/run-record.ts";
import type { DeviceState } from "./device-state.ts";
import { FRESH_EARLY_STOPPING, observeEarlyStopping } from "./early-stopping.ts";
import { LiveLog } from "./live-log.ts";
import { LossWatch } from "./loss-watch.ts";
import type { Pruned } from "./pruner.ts";
import { createMetricsBlock, type Evaluation, type OpenReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";
import { observePlateau, scheduleFactor } from "./schedules.ts";
import { type FinishedChunk, METRIC_COLUMNS } from "./training-queue.ts";

/** What decides the blocks of metrics beside a chunk. */
export interface ChunkContext {
  /** Trainable numbers. */
  readonly parameters: number;
  /** Passes over the training windows that so many steps make. */
  readonly epochs: (steps: number) => number;
}

/** See the file's header. */
export class ModelTraining {
  readonly experiment: Experiment;
  readonly live: LiveLog;
  /** Why its optimizer was switched off for good, beside others that go on; null while it trains. */
  stopped: Fault | null = null;
  readonly #watch: LossWatch;
  #step: number;
  #momentsSince: number;
  #evaluatedAt: number;
  #plateau: PlateauState;
  #earlyStopping: EarlyStoppingState;
  #recovery: RunState;

  constructor(state: RunState) {
    const { experiment } = state;
    this.experiment = experiment;
    this.live = new LiveLog(experiment.training, state.live);
    this.#watch = new LossWatch(state.watch);
    this.#step = state.step;
    this.#momentsSince = state.momentsSince;
    this.#evaluatedAt = state.evaluatedAt;
    this.#plateau = state.plateau;
    this.#earlyStopping = state.earlyStopping;
    this.#recovery = state;
  }

  /** Good training steps whose metrics were reported. */
  get step(): number {
    return this.#step;
  }

  /** Step at which the optimizer's moments were zero. */
  get momentsSince(): number {
    return this.#momentsSince;
  }

  /** The last step that was evaluated by plan. */
  get evaluatedAt(): number {
    return this.#evaluatedAt;
  }

  /** The newest state on the host. */
  get recovery(): RunState {
    return { ...this.#recovery, live: this.live.changes };
  }

  /** The schedule's factor on the learning rate of a step. */
  rateFactor(step: number): number {
    return scheduleFactor(this.experiment.training.schedule, step, this.#plateau);
  }

  /** Takes the good steps of a chunk into the report. */
  take(chunk: FinishedChunk, report: OpenReport, { parameters, epochs }: ChunkContext): void {
    // Once a model is stopped, later chunks have no step of it and say nothing of where it stands.
    if (chunk.good === 0) return;
    this.#step = chunk.first + chunk.good;
    report.metrics.push(createMetricsBlock(chunk, epochs(this.#step), parameters));
    for (let i = 0; i < chunk.good; i++) {
      // Also behind a fault: what the watch knows must not depend on how the steps were cut into chunks.
      const fault = this.#watch.observeLoss(chunk.first + i, chunk.metrics[i * METRIC_COLUMNS] ?? Number.NaN);
      report.fault ??= fault;
    }
  }

  /** Keeps a state of the device, which is that after the steps reported so far. */
  keep(state: DeviceState, others: Pick<RunState, "best" | "mask" | "prunings">): void {
    this.#recovery = {
      ...this.#recovery,
      step: this.#step,
      momentsSince: this.#momentsSince,
      evaluatedAt: this.#evaluatedAt,
      ...state,
      ...others,
      watch: this.#watch.state,
      plateau: this.#plateau,
      earlyStopping: this.#earlyStopping,
      live: this.live.changes,
    };
  }

  /** The moments are zero again, and what was seen of the parameters before is no measure for those that came back. */
  beginAgain(): void {
    this.#momentsSince = this.#step;
    this.#watch.reset();
  }

  /** Takes an evaluation by plan into the report; true where the patience of early stopping ends with it. */
  observeEvaluation(evaluation: Evaluation, report: OpenReport): boolean {
    const { schedule, earlyStopping } = this.experiment.training;
    const loss = evaluation.validationLoss;
    report.evaluation = evaluation;
    this.#evaluatedAt = this.#step;
    this.#plateau = observePlateau(schedule, this.#plateau, loss);
    this.#earlyStopping = observeEarlyStopping(earlyStopping, this.#earlyStopping, { step: this.#step, loss });
    if (earlyStopping !== null && this.#earlyStopping.stoppedAt === this.#step) {
      const { bestStep, bestValidationLoss } = evaluation;
      const details = { step: this.#step, bestStep, loss: bestValidationLoss, evaluations: earlyStopping.patience };
      report.fault = { code: "stopped-early", details };
      return true;
    }
    const stalled = this.#watch.observeEvaluation(this.#step, evaluation.bestStep);
    if (stalled) report.notices.push(stalled);
    return false;
  }

  /** Takes a pruning into the report. What was seen of the whole model is no measure for the pruned one: all judges begin again. */
  observePruning({ pruning, evaluation }: Pruned, report: OpenReport): void {
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
}

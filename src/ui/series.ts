/**
 * The curves of a run, outside React: one value per training step, one per evaluation, in arrays that grow by doubling.
 * Steps are contiguous. When a run goes back (a lost device, "restore best") the next metrics begin at an earlier step
 * and replace what stood there, so the curve has no seam; steps never seen are NaN. The curves of the run that was put
 * aside are kept, because "undo" brings that run back; empty ones take their place as little as an untrained run does in
 * the worker. Charts read in an animation frame.
 */

/** Per-step quantities of a training run. */
export const METRICS = ["loss", "norm", "clipFactor", "clippedShare", "learningRate"] as const;
/** Name of a per-step quantity. */
export type Metric = (typeof METRICS)[number];

/** Consecutive steps first, first + 1, …; arrays of one length. */
export interface StepMetrics extends Readonly<Record<Metric, Float32Array>> {
  readonly first: number;
}

/** One look at the validation data. */
export interface EvaluationPoint {
  readonly step: number;
  readonly validationLoss: number;
}

/** The best evaluation so far, as the engine says it. */
export interface BestPoint {
  readonly step: number;
  readonly validationLoss: number;
}

/** Readable and growing curves of the run that is shown. `version` changes with every change. */
export interface RunSeries {
  readonly version: number;
  /** Step of index 0; steps of a reopened run start where it was saved. */
  readonly first: number;
  /** Number of steps held. */
  readonly count: number;
  readonly evaluations: readonly EvaluationPoint[];
  readonly best: BestPoint | null;
  /** The first `count` values of a quantity; valid until the next append. */
  values(metric: Metric): Float32Array;
  appendSteps(metrics: StepMetrics): void;
  appendEvaluation(point: EvaluationPoint, best: BestPoint): void;
  /** Another run is on the page: the one put aside comes back with its curves, any other begins empty. */
  show(runId: number): void;
  /** Calls back after every change; returns the unsubscriber. */
  subscribe(listener: () => void): () => void;
}

const FIRST_CAPACITY = 1024;

/** Creates empty curves. */
export function createSeries(): RunSeries {
  return new GrowingSeries();
}

/** What is kept of a run while another is shown. */
interface Curves {
  readonly runId: number | null;
  readonly first: number;
  readonly count: number;
  readonly evaluations: readonly EvaluationPoint[];
  readonly best: BestPoint | null;
  readonly columns: Record<Metric, Float32Array>;
}

const noCurves = (runId: number): Curves => ({
  runId,
  first: 0,
  count: 0,
  evaluations: [],
  best: null,
  columns: emptyColumns(FIRST_CAPACITY),
});

class GrowingSeries implements RunSeries {
  version = 0;
  first = 0;
  count = 0;
  evaluations: readonly EvaluationPoint[] = [];
  best: BestPoint | null = null;
  readonly #listeners = new Set<() => void>();
  #columns = emptyColumns(FIRST_CAPACITY);
  #runId: number | null = null;
  #aside: Curves | null = null;

  values(metric: Metric): Float32Array {
    return this.#columns[metric].subarray(0, this.count);
  }

  appendSteps(metrics: StepMetrics): void {
    const length = metrics.loss.length;
    if (length === 0) return;
    if (this.count === 0 || metrics.first < this.first) {
      this.first = metrics.first;
      this.count = 0;
    }
    const at = metrics.first - this.first;
    if (at < this.count) this.#forgetFrom(metrics.first);
    this.#reserve(at + length);
    for (const metric of METRICS) {
      this.#columns[metric].fill(Number.NaN, this.count, Math.max(at, this.count));
      this.#columns[metric].set(metrics[metric], at);
    }
    this.count = at + length;
    this.#changed();
  }

  appendEvaluation(point: EvaluationPoint, best: BestPoint): void {
    this.evaluations = [...this.evaluations.filter((earlier) => earlier.step < point.step), point];
    this.best = best;
    this.#changed();
  }

  show(runId: number): void {
    if (runId === this.#runId) return;
    const next = this.#aside?.runId === runId ? this.#aside : noCurves(runId);
    const { first, count, evaluations, best } = this;
    const empty = count === 0 && evaluations.length === 0;
    if (!empty || next === this.#aside || !this.#aside)
      this.#aside = { runId: this.#runId, first, count, evaluations, best, columns: this.#columns };
    this.first = next.first;
    this.count = next.count;
    this.evaluations = next.evaluations;
    this.best = next.best;
    this.#columns = next.columns;
    this.#runId = runId;
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An evaluation belongs to the parameters after `step` steps, so one at `step` itself stays. */
  #forgetFrom(step: number): void {
    this.evaluations = this.evaluations.filter((point) => point.step <= step);
  }

  #reserve(length: number): void {
    const capacity = this.#columns.loss.length;
    if (length <= capacity) return;
    const grown = emptyColumns(Math.max(length, 2 * capacity));
    for (const metric of METRICS) grown[metric].set(this.#columns[metric].subarray(0, this.count));
    this.#columns = grown;
  }

  #changed(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
  }
}

function emptyColumns(capacity: number): Record<Metric, Float32Array> {
  return {
    loss: new Float32Array(capacity),
    norm: new Float32Array(capacity),
    clipFactor: new Float32Array(capacity),
    clippedShare: new Float32Array(capacity),
    learningRate: new Float32Array(capacity),
  };
}

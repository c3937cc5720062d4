/**
 * Judges models by their held-out windows and keeps the parameters of each one's lowest validation loss. Test windows never
 * choose anything; they are scored with the latest and with the best parameters, which are put on the device for that long
 * only when their score is not known yet (after a saved run was opened).
 */
import type { ScoredRows } from "../core/task.ts";
import { type EvaluationParts, Evaluator } from "./evaluation.ts";
import { readFloats } from "./read-tensor.ts";
import type { Evaluation } from "./run-report.ts";
import type { BestState } from "./run-state.ts";
import { TENSOR } from "./tensor-names.ts";

/** Test predictions with their score. */
interface Scored {
  readonly rows: ScoredRows;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What judging needs. */
export interface HeldOutParts extends EvaluationParts {
  readonly score: (scored: ScoredRows) => Readonly<Record<string, number>>;
}

/** A model to be judged, and the training step of the parameters that it has on the device. */
export interface JudgedModel {
  readonly model: number;
  readonly step: number;
}

/** What is known of one model. */
interface Judged {
  best: BestState | null;
  bestScored: Scored | null;
}

/** See the file's header. Its methods must be called with no training step in flight. */
export class HeldOut {
  readonly #parts: HeldOutParts;
  readonly #evaluator: Evaluator;
  readonly #judged: readonly Judged[];

  /** `bests` holds the best state of each model so far. */
  constructor(parts: HeldOutParts, bests: readonly (BestState | null)[]) {
    this.#parts = parts;
    this.#evaluator = new Evaluator(parts);
    this.#judged = bests.map((best) => ({ best, bestScored: null }));
  }

  /** The parameters of the lowest validation loss of a model, null before the first choice. */
  best(model: number): BestState | null {
    return this.#of(model).best;
  }

  /** Validation loss of the parameters on the device, of every model; chooses nothing. */
  validationLosses(): Promise<readonly number[]> {
    return this.#evaluator.validationLosses();
  }

  /** Lets the next evaluation choose whatever its loss: the best so far belongs to another model. */
  forgetBest(model: number): void {
    const judged = this.#of(model);
    judged.best = null;
    judged.bestScored = null;
  }

  /** Evaluates the named models. With `choose` their parameters become the best if their loss is the lowest. */
  async evaluate(models: readonly JudgedModel[], choose: boolean): Promise<readonly Evaluation[]> {
    const losses = await this.validationLosses();
    const latest = await this.#scoreDevice();
    const known = models.map(({ model, step }) => ({
      ...{ model, step },
      validationLoss: losses[model] ?? Number.NaN,
      latest: this.#require(latest[model]),
    }));
    for (const { model, step, validationLoss, latest: scored } of known) {
      const judged = this.#of(model);
      if (!choose || !(validationLoss < (judged.best?.validationLoss ?? Number.POSITIVE_INFINITY))) continue;
      const params = await readFloats(this.#parts.player, TENSOR.parameters, undefined, model);
      judged.best = { step, validationLoss, params };
      judged.bestScored = scored;
    }
    await this.#scoreBests(models);
    return known.map(({ model, step, validationLoss, latest: scored }) => {
      const { best, bestScored } = this.#of(model);
      const shown = best && bestScored ? bestScored : scored;
      return {
        step,
        validationLoss,
        bestStep: best?.step ?? step,
        bestValidationLoss: best?.validationLoss ?? validationLoss,
        latest: scored.metrics,
        best: shown.metrics,
        latestRows: scored.rows,
        bestRows: shown.rows,
      };
    });
  }

  #of(model: number): Judged {
    return this.#require(this.#judged[model]);
  }

  #require<Value>(value: Value | undefined): Value {
    if (value === undefined) throw new Error(`a model below ${this.#judged.length}`);
    return value;
  }

  async #scoreDevice(): Promise<readonly Scored[]> {
    const predicted = await this.#evaluator.testPredictions();
    return predicted.map((rows) => ({ rows, metrics: this.#parts.score(rows) }));
  }

  /** Scores the best parameters of the named models where that was not done yet. */
  async #scoreBests(models: readonly JudgedModel[]): Promise<void> {
    const { player } = this.#parts;
    const unscored = models.flatMap(({ model }) => {
      const { best, bestScored } = this.#of(model);
      return best && !bestScored ? [{ model, best }] : [];
    });
    if (unscored.length === 0) return;
    const latest = await Promise.all(
      unscored.map(({ model }) => readFloats(player, TENSOR.parameters, undefined, model)),
    );
    for (const { model, best } of unscored) player.write(TENSOR.parameters, best.params, 0, model);
    const scored = await this.#scoreDevice();
    for (const [i, { model }] of unscored.entries()) {
      this.#of(model).bestScored = this.#require(scored[model]);
      player.write(TENSOR.parameters, this.#require(latest[i]), 0, model);
    }
  }
}

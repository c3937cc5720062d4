/**
 * Judges a run by its held-out windows and keeps the parameters of the lowest validation loss. Test windows never choose
 * anything; they are scored with the latest and with the best parameters, which are put on the device for that long only
 * when their score is not known yet (after a saved run was opened).
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

/** See the file's header. Its methods must be called with no training step in flight. */
export class HeldOut {
  readonly #parts: HeldOutParts;
  readonly #evaluator: Evaluator;
  #best: BestState | null;
  #bestScored: Scored | null = null;

  constructor(parts: HeldOutParts, best: BestState | null) {
    this.#parts = parts;
    this.#evaluator = new Evaluator(parts);
    this.#best = best;
  }

  /** The parameters of the lowest validation loss, null before the first choice. */
  get best(): BestState | null {
    return this.#best;
  }

  /** Validation loss of the parameters on the device; chooses nothing. */
  validationLoss(): Promise<number> {
    return this.#evaluator.validationLoss();
  }

  /** Lets the next evaluation choose whatever its loss: the best so far belongs to another model. */
  forgetBest(): void {
    this.#best = null;
    this.#bestScored = null;
  }

  /** Evaluates the parameters of training step `step`. With `choose` they become the best if their loss is the lowest. */
  async evaluate(step: number, choose: boolean): Promise<Evaluation> {
    const validationLoss = await this.validationLoss();
    const latest = await this.#scoreDevice();
    const lowest = this.#best?.validationLoss ?? Number.POSITIVE_INFINITY;
    if (choose && validationLoss < lowest) {
      const params = await readFloats(this.#parts.player, TENSOR.parameters);
      this.#best = { step, validationLoss, params };
      this.#bestScored = latest;
    }
    const best = this.#best;
    const bestScored = best ? await this.#scoreBest(best) : latest;
    return {
      step,
      validationLoss,
      bestStep: best?.step ?? step,
      bestValidationLoss: best?.validationLoss ?? validationLoss,
      latest: latest.metrics,
      best: bestScored.metrics,
      latestRows: latest.rows,
      bestRows: bestScored.rows,
    };
  }

  async #scoreDevice(): Promise<Scored> {
    const rows = await this.#evaluator.testPredictions();
    return { rows, metrics: this.#parts.score(rows) };
  }

  async #scoreBest(best: BestState): Promise<Scored> {
    if (this.#bestScored) return this.#bestScored;
    const { player } = this.#parts;
    const latest = await readFloats(player, TENSOR.parameters);
    player.write(TENSOR.parameters, best.params);
    this.#bestScored = await this.#scoreDevice();
    player.write(TENSOR.parameters, latest);
    return this.#bestScored;
  }
}

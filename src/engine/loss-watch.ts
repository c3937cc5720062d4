/**
 * Watches the losses of a run for two things that arithmetic does not flag: a finite loss that has left for good
 * ("diverging", ENGINE.md 5) and a validation loss that no longer falls. It only says so; the owner decides.
 */
import type { Fault } from "../core/errors.ts";
import type { WatchState } from "../core/run-record.ts";
import { FRESH_WATCH } from "./run-state.ts";

/** A loss this many times its best, for this many steps, is diverging. */
const DIVERGING_FACTOR = 1000;
const DIVERGING_STEPS = 20;
/** Steps without a better validation loss after which the run says so. */
const STALLED_STEPS = 200;

/** See the file's header. */
export class LossWatch {
  #state: WatchState;

  constructor(state: WatchState) {
    this.#state = state;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** Forgets everything, as after a return to the best state. */
  reset(): void {
    this.#state = FRESH_WATCH;
  }

  /** One training loss; returns `diverging` at the twentieth step in a row far above the best, once per excursion. */
  observeLoss(step: number, loss: number): Fault | null {
    // A batch whose rows are all masked has loss 0 and says nothing; as best it would make every later loss "high".
    if (loss === 0) return null;
    const best = Math.min(this.#state.bestLoss ?? loss, loss);
    const highSteps = loss > DIVERGING_FACTOR * best ? this.#state.highSteps + 1 : 0;
    this.#state = { ...this.#state, bestLoss: best, highSteps };
    if (highSteps !== DIVERGING_STEPS) return null;
    return { code: "diverging", details: { step, loss, bestLoss: best, steps: DIVERGING_STEPS } };
  }

  /** One evaluation; returns `no-improvement` once for each best step. */
  observeEvaluation(step: number, bestStep: number): Fault | null {
    if (step - bestStep < STALLED_STEPS || this.#state.stalledAt === bestStep) return null;
    this.#state = { ...this.#state, stalledAt: bestStep };
    return { code: "no-improvement", details: { step, bestStep, steps: STALLED_STEPS } };
  }
}

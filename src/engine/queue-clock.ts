/**
 * Where the models of a queue stand. Models that went on from saved states may be at different steps; a queue counts by the one
 * that is furthest, and the others stay as far behind as they were.
 */

/** The steps that are sent next, and those at which the moments were zero, of each model. */
export interface QueuePlace {
  readonly steps: readonly number[];
  readonly momentsSince: readonly number[];
}

/** See the file's header. */
export class QueueClock {
  /** Step of the model that is furthest, the next to be sent. */
  furthest: number;
  readonly #behind: readonly number[];
  readonly #momentsSince: readonly number[];

  constructor({ steps, momentsSince }: QueuePlace) {
    const furthest = Math.max(...steps);
    this.furthest = furthest;
    this.#behind = steps.map((step) => furthest - step);
    this.#momentsSince = momentsSince;
  }

  /** The step of a model while the one that is furthest is at `step`. */
  stepOf(model: number, step = this.furthest): number {
    return step - (this.#behind[model] ?? Number.NaN);
  }

  /** How often the optimizer of a model will have stepped since its moments were zero, after its own step `step`. */
  optimizerSteps(model: number, step: number): number {
    return step - (this.#momentsSince[model] ?? Number.NaN) + 1;
  }
}

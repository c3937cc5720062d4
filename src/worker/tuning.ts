/**
 * The measured choice of plans as the worker lends it to its runs: progress becomes events, the user's wish to skip reaches
 * a measurement that is under way, and what was found goes to the page, which keeps it for the next visit.
 */
import { TUNING_LIMIT_MS, type TuneOptions } from "../core/backend.ts";
import { createPlanMemory } from "../core/plan-memory.ts";
import type { Plan } from "../core/program.ts";
import type { Post } from "./protocol.ts";

/** See the file's header. One for each time that the page opens a backend. */
export class Tuning {
  readonly #post: Post;
  readonly #now: () => number;
  readonly #memory;
  #skipped = false;

  /** `measured` is what earlier visits found, by the tuner's keys. */
  constructor(parts: { readonly post: Post; readonly now: () => number }, measured: Plan) {
    this.#post = parts.post;
    this.#now = parts.now;
    this.#memory = createPlanMemory(measured);
  }

  /** What the next run is tuned with. A wish to skip was for the run before. */
  optionsFor(runId: number): TuneOptions {
    this.#skipped = false;
    return {
      now: this.#now,
      memory: this.#memory,
      skipped: () => this.#skipped,
      limitMs: TUNING_LIMIT_MS,
      progress: (done, total, operation) => {
        if (total === 0) return;
        this.#post({ type: "tuning", runId, done, total, operation });
        if (done === total) this.#post({ type: "tuned", measured: this.#memory.entries() });
      },
    };
  }

  /** Ends the measurement that is under way; its run starts with what is known. */
  skip(): void {
    this.#skipped = true;
  }
}

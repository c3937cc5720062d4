/**
 * How many steps a second a run makes, over its last half second of training. A single chunk tells little: a player that computes
 * at once returns from sending, so that of two chunks in flight the first seems to last as long as both and the second not at all.
 */

/** The rate is that of the fewest last chunks which took this long together. */
const WINDOW_MS = 500;

/** Adds up finished chunks; time in which nothing was in flight is not theirs. */
export class RateMeter {
  #chunks: { readonly steps: number; readonly elapsedMs: number }[] = [];

  /** Tells of a finished chunk; returns steps per second. */
  record(steps: number, elapsedMs: number): number {
    this.#chunks.push({ steps, elapsedMs });
    let first = this.#chunks.length;
    let lastedMs = 0;
    let made = 0;
    while (first > 0 && lastedMs < WINDOW_MS) {
      first--;
      lastedMs += this.#chunks[first]?.elapsedMs ?? 0;
      made += this.#chunks[first]?.steps ?? 0;
    }
    this.#chunks = this.#chunks.slice(first);
    // A clock of limited resolution may say 0; they then took at most its grain of a millisecond.
    return (1000 * made) / Math.max(lastedMs, 1);
  }
}

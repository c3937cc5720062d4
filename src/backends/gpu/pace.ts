/**
 * How many dispatches may share a submit. A submit occupies the GPU as a whole: too long, and the page stops drawing or
 * a watchdog takes the device. The rate is measured whenever the host waits for results anyway.
 */

/** Time that one submit may take, by estimate. */
const SUBMIT_MS = 100;

/** Shorter waits say more about the clock and the wake-up than about the GPU. */
const SHORTEST_MS = 5;

const FIRST_LIMIT = 256;
const LIMITS = { minimum: 8, maximum: 4096 };

/** Counts dispatches and times; see `createPace`. */
export interface Pace {
  /** Dispatches after which a submit is due. */
  readonly limit: number;
  /** `dispatches` more were submitted. */
  submitted(dispatches: number): void;
  /** Starts a measurement; call what it returns once everything submitted so far has run. */
  mark(): () => void;
}

/** `now` in milliseconds; tests give their own. */
export function createPace(now: () => number = () => performance.now()): Pace {
  let limit = FIRST_LIMIT;
  let unmeasured = 0;
  let startedAt = 0;
  let finishedAt = 0;
  return {
    get limit() {
      return limit;
    },
    submitted(dispatches) {
      if (unmeasured === 0) startedAt = now();
      unmeasured += dispatches;
    },
    mark() {
      const dispatches = unmeasured;
      const began = startedAt;
      unmeasured = 0;
      return () => {
        // The GPU began this work when it had finished what was marked before.
        const ms = now() - Math.max(began, finishedAt);
        finishedAt = now();
        if (dispatches === 0 || ms < SHORTEST_MS) return;
        limit = Math.min(Math.max(Math.floor((SUBMIT_MS * dispatches) / ms), LIMITS.minimum), LIMITS.maximum);
      };
    },
  };
}

/**
 * How much work may share a submit. A submit occupies the GPU as a whole: too long, and the page stops drawing or a
 * watchdog takes the device. Work is counted in milliseconds as planned by the budget's first guess; how many of them the
 * device does in a real one is measured whenever the host waits for results anyway.
 */
import { SUBMIT_MS } from "../../core/budget.ts";

/** Shorter waits say more about the clock and the wake-up than about the GPU. */
const SHORTEST_MS = 5;

/** Planned milliseconds per submit, however slow or fast a device looks. */
const LIMITS_MS = { minimum: SUBMIT_MS.wished / 50, maximum: SUBMIT_MS.wished * 200 };

/** Counts planned milliseconds and real ones; see `createPace`. */
export interface Pace {
  /** Planned milliseconds after which a submit is due. */
  readonly limitMs: number;
  /** `plannedMs` more were submitted. */
  submitted(plannedMs: number): void;
  /** Starts a measurement; call what it returns once everything submitted so far has run. */
  mark(): () => void;
}

/** `now` in milliseconds; tests give their own. */
export function createPace(now: () => number = () => performance.now()): Pace {
  let limitMs: number = SUBMIT_MS.wished;
  let unmeasured = 0;
  let startedAt = 0;
  let finishedAt = 0;
  return {
    get limitMs() {
      return limitMs;
    },
    submitted(plannedMs) {
      if (unmeasured === 0) startedAt = now();
      unmeasured += plannedMs;
    },
    mark() {
      const plannedMs = unmeasured;
      const began = startedAt;
      unmeasured = 0;
      return () => {
        // The GPU began this work when it had finished what was marked before.
        const ms = now() - Math.max(began, finishedAt);
        finishedAt = now();
        if (plannedMs === 0 || ms < SHORTEST_MS) return;
        limitMs = Math.min(Math.max((SUBMIT_MS.wished * plannedMs) / ms, LIMITS_MS.minimum), LIMITS_MS.maximum);
      };
    },
  };
}

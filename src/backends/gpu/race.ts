/**
 * Times candidates against each other: all of them once in each round, so that a busy moment of the machine slows them
 * alike, and judged by medians. Whoever is far behind leaves early; a challenger must be clearly faster than the first.
 */

/** Somebody in a race. */
export interface Runner {
  /** Milliseconds of one more play. */
  readonly run: () => Promise<number>;
}

/** Rounds that count, and when a race ends before them. */
export interface RaceRules {
  readonly now: () => number;
  /** No round begins after that moment. */
  readonly untilMs: number;
  readonly skipped: () => boolean;
}

/** Rounds after the first, which warms up. */
const ROUNDS = 5;
/** A runner that is this many times slower than the fastest leaves. */
const FAR_BEHIND = 1.5;
/** A challenger must be this many times faster than the first runner: less is noise, and would change plans for nothing. */
const CLEARLY_FASTER = 1.08;

/** The place of the winner and its median in ms; undefined where no round was finished. The first runner is favoured. */
export async function race(
  runners: readonly Runner[],
  rules: RaceRules,
): Promise<{ readonly winner: number; readonly ms: number } | undefined> {
  const times: number[][] = runners.map(() => []);
  let running = runners.map((_, i) => i);
  const goesOn = () => rules.now() < rules.untilMs && !rules.skipped();
  for (let round = 0; round <= ROUNDS && running.length > 0 && (round < 2 || goesOn()); round++) {
    if (rules.skipped()) return undefined;
    // The first plays warm up; they count only where time is too short for others.
    if (round === 1) for (const of of times) of.length = 0;
    for (const i of running) times[i]?.push((await runners[i]?.run()) ?? Number.NaN);
    if (round > 0) running = keepClose(running, times);
    if (round > 1 && running.length === 1) break;
  }
  const medians = times.map(median);
  const fastest = Math.min(...medians);
  const [first = Number.POSITIVE_INFINITY] = medians;
  const winner = first <= fastest * CLEARLY_FASTER ? 0 : medians.indexOf(fastest);
  const ms = medians[winner];
  return ms === undefined || !Number.isFinite(ms) ? undefined : { winner, ms };
}

function keepClose(running: readonly number[], times: readonly (readonly number[])[]): number[] {
  const fastest = Math.min(...times.map(median));
  return running.filter((i) => median(times[i] ?? []) <= fastest * FAR_BEHIND);
}

/** The middle value, or the mean of the two in the middle; infinity for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.POSITIVE_INFINITY;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

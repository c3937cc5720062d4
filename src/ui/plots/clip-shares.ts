/** How often clipping bites, counted over the steps of a run: pure numbers for the words under the loss chart. */

/** Shares in [0, 1]; all 0 before the first step. */
export interface ClipShares {
  /** Steps counted as recent: the last hundred, or all where there are fewer. */
  readonly recentSteps: number;
  /** Share of steps at which the whole gradient was shortened. */
  readonly norm: { readonly run: number; readonly recent: number };
  /** Share of steps at which some gradient was cut off, and the mean share of gradients cut off at those steps. */
  readonly value: { readonly run: number; readonly recent: number; readonly cut: number };
}

/** Steps that count as recent. */
const RECENT_STEPS = 100;

/** `clipFactor` below 1 means shortened, `clippedShare` above 0 cut off; steps that were never seen are NaN and left out. */
export function clipShares(clipFactor: Float32Array, clippedShare: Float32Array): ClipShares {
  const shortened = countSteps(clipFactor, (factor) => factor < 1);
  const cut = countSteps(clippedShare, (share) => share > 0);
  const { recentSteps } = shortened;
  let cutSum = 0;
  for (const share of clippedShare) if (share > 0) cutSum += share;
  return {
    recentSteps,
    norm: { run: shortened.run, recent: shortened.recent },
    value: { run: cut.run, recent: cut.recent, cut: cut.hits === 0 ? 0 : cutSum / cut.hits },
  };
}

/** Steps of a column for which `bites` holds, as shares of all and of the recent ones. */
function countSteps(column: Float32Array, bites: (value: number) => boolean) {
  let seen = 0;
  let hits = 0;
  let recentSteps = 0;
  let recentHits = 0;
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const hit = bites(value) ? 1 : 0;
    seen++;
    hits += hit;
    if (recentSteps < RECENT_STEPS) {
      recentSteps++;
      recentHits += hit;
    }
  }
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return { hits, recentSteps, run: share(hits, seen), recent: share(recentHits, recentSteps) };
}

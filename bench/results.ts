/**
 * What measurements leave behind: the JSON file, from which the report is written. A run replaces the shapes that it
 * measured and keeps the others, so the parts of a report may come from different days; each says when and where.
 */

import type { ResetForm } from "./shape.ts";
import type { Point } from "./statistics.ts";

/** Where something was measured. */
export interface Machine {
  /** Model and number of cores. */
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly browser: string;
  /** Name → version, of Gatescope and of the peers that took part. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One contestant in one form of one shape. */
export interface Row {
  readonly contestant: string;
  readonly library: string;
  readonly backend: string;
  readonly form: ResetForm;
  /** Why the row does not count; it then has no times. */
  readonly refused?: string;
  readonly variant: string;
  readonly firstStepMs: number;
  /** Losses of the first steps. */
  readonly losses: readonly number[];
  /** Milliseconds of a training step, round by round; those of disturbed rounds are left out where there are others. */
  readonly stepMs: readonly number[];
}

/** All contestants of one shape. */
export interface ShapeResult {
  readonly name: string;
  /** Its canonical writing. */
  readonly shape: string;
  /** ISO 8601, the day only. */
  readonly date: string;
  readonly machine: Machine;
  /** Seconds of one measurement. */
  readonly seconds: number;
  /** Interleaved rounds that count, and those that other programs disturbed and that were dropped for it. */
  readonly rounds: number;
  readonly dropped: number;
  /** True where no round was quiet, so that all count and none can be trusted much. */
  readonly disturbed: boolean;
  readonly rows: readonly Row[];
}

/** How the time of a step grows with one extent, all else fixed. */
export interface GrowthResult {
  /** `T`, `H`, `B` or `M`. */
  readonly extent: string;
  /** The shape at the first point, in its canonical writing. */
  readonly shape: string;
  readonly date: string;
  readonly machine: Machine;
  readonly curves: readonly {
    readonly contestant: string;
    readonly points: readonly Point[];
  }[];
}

/** What a step costs besides computing it, in milliseconds where nothing else is said, each the median of the rounds. */
export interface Overheads {
  readonly variant: string;
  /** A whole step, in chunks that end with a wait. */
  readonly stepMs: number;
  /**
   * The sum over the calls of a step, each timed by itself; null where the plan plays whole steps in one dispatch, because those
   * calls are then other kernels than the ones that the step was timed with.
   */
  readonly callsMs: number | null;
  /** How they were timed; see `PhaseProfile`. Null where they were not. */
  readonly method: string | null;
  /** The host's time to put a step on its way. */
  readonly encodeMs: number;
  /** How many times longer a step takes while gates and outputs of a sequence are read as often as the page does. */
  readonly shownRatio: number;
  /** From a known plan to a player with its kernels compiled, on a device that has compiled nothing yet. */
  readonly readyMs: number;
}

/** The overheads of one shape with Gatescope's tuned player. */
export interface OverheadResult extends Overheads {
  readonly name: string;
  /** Its canonical writing. */
  readonly shape: string;
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
}

/** The JSON file. Files from before overheads were measured have none. */
export interface BenchResults {
  readonly version: 1;
  readonly shapes: readonly ShapeResult[];
  readonly growth: readonly GrowthResult[];
  readonly overheads?: readonly OverheadResult[];
}

/** No results. */
export const NO_RESULTS: BenchResults = { version: 1, shapes: [], growth: [] };

/** `old` with what was measured anew in the place of what has the same name or extent; the rest stays in its order. */
export function mergeResults(old: BenchResults, anew: Omit<BenchResults, "version">): BenchResults {
  const overheads = replaceBy(old.overheads ?? [], anew.overheads ?? [], ({ name }) => name);
  return {
    version: 1,
    ...(overheads.length > 0 ? { overheads } : {}),
    shapes: replaceBy(old.shapes, anew.shapes, ({ name }) => name),
    growth: replaceBy(old.growth, anew.growth, ({ extent }) => extent),
  };
}

function replaceBy<Item>(old: readonly Item[], anew: readonly Item[], key: (item: Item) => string): readonly Item[] {
  const fresh = new Map(anew.map((item) => [key(item), item]));
  const kept = old.map((item) => fresh.get(key(item)) ?? item);
  const known = new Set(old.map(key));
  return [...kept, ...anew.filter((item) => !known.has(key(item)))].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Reads the JSON file; throws a sentence where it is something else, so that nobody's file is overwritten. */
export function parseResults(text: string, path: string): BenchResults {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null;
  }
  if (isResults(parsed)) return parsed;
  throw new Error(`${path} is there and holds no results of this command; name another file, or remove it`);
}

function isResults(value: unknown): value is BenchResults {
  if (typeof value !== "object" || value === null) return false;
  const { version, shapes, growth } = value as Partial<Record<keyof BenchResults, unknown>>;
  return version === 1 && Array.isArray(shapes) && Array.isArray(growth);
}

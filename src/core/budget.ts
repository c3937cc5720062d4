/**
 * The one budget of time on a device: how long a dispatch and a submit may take, and what a call costs before anybody has
 * measured it. A GPU that is busy for too long stops drawing the page, and a watchdog may take it away, so whatever can be
 * cut is cut to fit; costs are planned at a rate, which is a guess until the adapter was measured.
 */
import type { Numbers, Operation } from "./operation.ts";
import { requiredElements } from "./required-elements.ts";

/** Time of a dispatch that can be cut: wished, and never exceeded by plan. */
export const DISPATCH_MS = { wished: 16, most: 50 } as const;

/** Time of a submit: wished, and never exceeded by plan. */
export const SUBMIT_MS = { wished: 100, most: 200 } as const;

/** Loop trips allowed to one invocation in one dispatch. llvmpipe stops silently after 65,535 in all. */
export const MAX_TRIPS = 60_000;

/** What an adapter does in a millisecond, and what a dispatch costs besides its arithmetic. */
export interface Rate {
  readonly flopsPerMs: number;
  readonly dispatchMs: number;
}

/** First guesses: 1 GFLOP/s on a software renderer (5 is possible there), 50 on a GPU, which any of them passes. */
const FIRST_GUESS: Readonly<Record<"software" | "hardware", Rate>> = {
  software: { flopsPerMs: 1e6, dispatchMs: 0.02 },
  hardware: { flopsPerMs: 50e6, dispatchMs: 0.01 },
};

/** Operations without closed form move data: as many FLOPs as a software renderer does while it loads or stores one element. */
const FLOPS_PER_ELEMENT = 4;

/** The rate to plan with before anything was measured. */
export function guessRate(software: boolean): Rate {
  return FIRST_GUESS[software ? "software" : "hardware"];
}

/** FLOPs of a call: the contract's closed form, or by the elements that it touches. */
export function countFlops(operation: Operation, numbers: Numbers): number {
  if (operation.flops) return operation.flops(numbers);
  const elements = Object.values(operation.tensors).map((tensor) => requiredElements(tensor, numbers));
  return FLOPS_PER_ELEMENT * elements.reduce((sum, count) => sum + count, 0);
}

/** Milliseconds that one dispatch of this many FLOPs takes at a rate. */
export function planMs(flops: number, rate: Rate): number {
  return flops / rate.flopsPerMs + rate.dispatchMs;
}

/** A loop whose indices may be played in chunks. */
export interface Divisible {
  readonly indices: number;
  /** Time of all indices together. */
  readonly ms: number;
  /** Trips of the busiest invocation in a chunk of that many indices. */
  readonly trips: (steps: number) => number;
}

/**
 * Indices per chunk: all, or the largest power of two (which tiles divide) whose dispatch keeps to the wished time and to
 * the trips; at least 1, whatever that costs, because an index cannot be cut.
 */
export function chunkLength({ indices, ms, trips }: Divisible): number {
  const fits = (steps: number) => (ms * steps) / indices <= DISPATCH_MS.wished && trips(steps) <= MAX_TRIPS;
  if (fits(indices)) return indices;
  let steps = 1;
  while (2 * steps < indices && fits(2 * steps)) steps *= 2;
  return steps;
}

/**
 * How a window is cut where its steps are not all kept at once. A piece is what gradients reach back over; it is played
 * in chunks, whose tensors are all that is kept of it beside the states at their borders. Nothing here knows a tensor.
 */
import type { StepRange } from "./stages/stage.ts";

/** Chunks of one piece, in order of time. */
export type Piece = readonly StepRange[];

/** How a window is cut: absent or null means not. */
export interface Cuts {
  /** Steps of a window. */
  readonly T: number;
  /** Steps of a piece. */
  readonly truncate?: number | null;
  /** Steps of a chunk. */
  readonly checkpoint?: number | null;
}

/** Ranges of at most `length` steps that follow one another over `range`; the last one has what is left. */
function cutRange({ first, count }: StepRange, length: number): StepRange[] {
  return Array.from({ length: Math.ceil(count / length) }, (_, i) => ({
    first: first + i * length,
    count: Math.min(length, count - i * length),
  }));
}

/** The pieces of a window in order of time: one piece of one chunk where nothing is cut. */
export function cutWindow({ T, truncate, checkpoint }: Cuts): readonly Piece[] {
  return cutRange({ first: 0, count: T }, truncate ?? T).map((piece) => cutRange(piece, checkpoint ?? T));
}

/** True where a window is more than one chunk. */
export function isCut(cuts: Cuts): boolean {
  return Math.min(cuts.truncate ?? cuts.T, cuts.checkpoint ?? cuts.T) < cuts.T;
}

/** Chunks that a window may have: each has calls, bind groups and uniforms of its own. */
export const MAXIMUM_CHUNKS = 512;

/** Steps between checkpoints that keep least: √T states at borders, √T steps in a chunk. Chen et al. 2016. */
export function checkpointSteps(T: number): number {
  return Math.ceil(Math.sqrt(T));
}

/** A part of a window that predictions are made for in one play, and the phase that plays it. */
export interface PredictedPart extends StepRange {
  readonly phase: "evaluate" | "predict" | "predict-rest" | "decode";
}

/**
 * The parts in which a window is predicted, in order of time: whole, by `evaluate`, where it is not cut; otherwise as
 * many steps at once as the longest chunk has, and what is left over.
 */
export function predictedParts(cuts: Cuts): readonly PredictedPart[] {
  const { T } = cuts;
  if (!isCut(cuts)) return [{ phase: "evaluate", first: 0, count: T }];
  const length = Math.max(...cutWindow(cuts).flatMap((piece) => piece.map(({ count }) => count)));
  return cutRange({ first: 0, count: T }, length).map((range) => ({
    ...range,
    phase: range.count === length ? "predict" : "predict-rest",
  }));
}

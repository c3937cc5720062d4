/**
 * Cutting rows that follow each other in time into a training, a validation and a test part, and placing windows in them.
 * The past trains, the future tests; no window crosses from one part into another, so nothing leaks.
 */
import { InputError } from "../core/errors.ts";

/** Rows first … end−1. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The three parts in order of time, without overlap. */
export interface Parts {
  readonly train: RowRange;
  readonly validation: RowRange;
  readonly test: RowRange;
}

/**
 * The last `heldOut` share of the rows tests, the same share before it validates, and neither is shorter than one window.
 * Throws `data-too-short` when three windows do not fit.
 */
export function splitInTime(rows: number, length: number, heldOut: number): Parts {
  const needed = 3 * length;
  if (rows < needed) throw new InputError("data-too-short", { rows, needed, length });
  const each = Math.max(Math.floor(rows * heldOut), length);
  const validationFirst = rows - 2 * each;
  const testFirst = rows - each;
  if (validationFirst < length) return splitInTime(rows, length, 0); // many short parts: one window each, the rest trains
  return {
    train: { first: 0, end: validationFirst },
    validation: { first: validationFirst, end: testFirst },
    test: { first: testFirst, end: rows },
  };
}

/** First rows of the windows of `length` that lie inside `range`, `stride` rows apart. Throws `data-too-short` when none does. */
export function windowStarts(range: RowRange, length: number, stride = 1): Uint32Array<ArrayBuffer> {
  const rows = range.end - range.first;
  if (rows < length) throw new InputError("data-too-short", { rows, needed: length, length });
  const count = Math.floor((rows - length) / stride) + 1;
  return Uint32Array.from({ length: count }, (_, i) => range.first + i * stride);
}

/** At most `count` windows spread evenly over `range`, so that an evaluation costs the same however long the data is. */
export function spreadStarts(range: RowRange, length: number, count: number): Uint32Array<ArrayBuffer> {
  const fitting = range.end - range.first - length + 1;
  return windowStarts(range, length, Math.max(1, Math.ceil(fitting / count)));
}

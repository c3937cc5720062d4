/**
 * Cutting moments that follow each other in time into a training, a validation and a test part, and placing windows in
 * them. A row holds moment t and, as target, moment t + 1, so a window of `length` rows spans length + 1 moments; it never
 * reaches into another part, not even with its last target. The past trains, the future tests.
 */
import { InputError } from "../core/errors.ts";

/** Moments (or rows) first … end−1. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** The three parts in order of time; together they are all moments. */
export interface Parts {
  readonly train: Range;
  readonly validation: Range;
  readonly test: Range;
}

/** Windows kept at most of a long training part; their starts are then spread evenly. 4 MiB of starts. */
export const MAXIMUM_TRAINING_WINDOWS = 2 ** 20;

/**
 * The last `heldOut` share (at most a third) of `moments` tests and the same share before it validates; neither is shorter
 * than one window. Throws `data-too-short` with the numbers when three windows do not fit, `reason` being what a moment
 * of the data is called.
 */
export function splitInTime(moments: number, length: number, heldOut: number, reason: "rows" | "characters"): Parts {
  const needed = 3 * (length + 1);
  if (moments < needed) throw new InputError("data-too-short", { reason, rows: moments, needed, length });
  const each = Math.max(Math.floor(moments * heldOut), length + 1);
  const validationFirst = moments - 2 * each;
  const testFirst = moments - each;
  return {
    train: { first: 0, end: validationFirst },
    validation: { first: validationFirst, end: testFirst },
    test: { first: testFirst, end: moments },
  };
}

/** The rows of `range` whose target lies in it too: a stream for carried state. */
export function streamRows({ first, end }: Range): Range {
  return { first, end: end - 1 };
}

/**
 * First rows of the windows of `length` rows whose moments all lie in `range`: every one, or where that is more than
 * `count`, at most `count` spread evenly. Throws `data-too-short` when none fits.
 */
export function windowStarts(range: Range, length: number, count: number): Uint32Array<ArrayBuffer> {
  const moments = range.end - range.first;
  const fitting = moments - length;
  if (fitting < 1) throw new InputError("data-too-short", { rows: moments, needed: length + 1, length });
  const stride = Math.ceil(fitting / count);
  return Uint32Array.from({ length: Math.ceil(fitting / stride) }, (_, i) => range.first + i * stride);
}

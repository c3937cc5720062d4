/**
 * How results are judged: the golden files' formula max|got − ref| ≤ relative · (max|ref| + 0.1), and, for gradients
 * through time, a second look at each step, because a late gradient a million times smaller would pass unseen.
 */

/** One judgement: the largest error and what was allowed. `error` is Infinity where a result is missing or not a number. */
export interface Comparison {
  readonly error: number;
  readonly allowed: number;
}

/** True when the error is within what was allowed. */
export function passes({ error, allowed }: Comparison): boolean {
  return error <= allowed;
}

/** How close a comparison came to failing; above 1 it failed. */
export function severity({ error, allowed }: Comparison): number {
  return error === 0 ? 0 : error / allowed;
}

/** Compares by the golden files' formula. Arrays of different lengths differ infinitely. */
export function compareArrays(got: ArrayLike<number>, reference: ArrayLike<number>, relative: number): Comparison {
  const { error, scale } = measure(got, reference, 0, Math.max(got.length, reference.length));
  return { error, allowed: relative * (scale + 0.1) };
}

/** Smallest normal f32: below it adapters may flush to zero, which is no error of ours. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The worst step of arrays [B, T, H], each step measured against its own max|ref| alone.
 */
export function compareSteps(
  got: ArrayLike<number>,
  reference: ArrayLike<number>,
  shape: readonly [B: number, T: number, H: number],
  relative: number,
): Comparison {
  const [B, T, H] = shape;
  let worst: Comparison = { error: 0, allowed: 0 };
  for (let t = 0; t < T; t++) {
    let error = 0;
    let scale = 0;
    for (let b = 0; b < B; b++) {
      const row = measure(got, reference, (b * T + t) * H, (b * T + t + 1) * H);
      error = Math.max(error, row.error);
      scale = Math.max(scale, row.scale);
    }
    const step = { error, allowed: relative * scale + SMALLEST_NORMAL };
    if (severity(step) > severity(worst)) worst = step;
  }
  return worst;
}

/** Largest difference and largest reference over [from, to); what is no number or not there counts as infinite. */
function measure(
  got: ArrayLike<number>,
  reference: ArrayLike<number>,
  from: number,
  to: number,
): { readonly error: number; readonly scale: number } {
  let error = 0;
  let scale = 0;
  for (let i = from; i < to; i++) {
    const wanted = reference[i] ?? Number.NaN;
    const difference = Math.abs((got[i] ?? Number.NaN) - wanted);
    error = Math.max(error, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted));
  }
  return { error, scale };
}

/** Numbers about numbers. Medians, because one disturbed round should not move the result; no means. */

/** Smallest, middle and largest of at least one number. */
export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The middle number; of an even count, the mean of the two in the middle. Throws where there is none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error("the median of no numbers was asked for");
  return (lower + upper) / 2;
}

/** See `Spread`. Throws where there is no number. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: medianOf(values), minimum: Math.min(...values), maximum: Math.max(...values) };
}

/** One measured point of a growth curve. */
export interface Point {
  /** The extent that grows. */
  readonly x: number;
  /** Milliseconds of a step. */
  readonly y: number;
}

/**
 * Exponent e of y = c·xᵉ, by least squares on the logarithms of `points`. Throws where fewer than two different x leave it
 * undetermined.
 */
export function fitExponent(points: readonly Point[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const meanX = logs.reduce((sum, { x }) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, { y }) => sum + y, 0) / logs.length;
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) throw new Error(`${points.length} points with equal x have no exponent`);
  return logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

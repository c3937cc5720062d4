/**
 * What the tests of the twins share: seeded arrays, central differences in Float64 and a comparison that names the worst
 * element. Not part of the product.
 */
import type { FloatArray } from "../../core/dims.ts";
import { uniform } from "../../core/rng.ts";

/** Step of the central difference: truncation ~ε² = 1e-10 and rounding ~1e-16/ε = 1e-11 both stay far below the bound. */
const EPSILON = 1e-5;

/** Largest difference to a central difference, relative to max|ref| + 0.1: a hundred times the expected error. */
const DIFFERENCE_TOLERANCE = 1e-8;

/** A random test's seed; it appears in the message of every failed comparison. */
const SEED = 20140917;

const STREAM_OF_TESTS = 99;

/** `count` numbers in [−scale, scale), different for each `name`, the same in every run. */
export function seededArray(name: string, count: number, scale = 1): Float64Array {
  const key = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Float64Array.from({ length: count }, (_, i) => scale * (2 * uniform(SEED, STREAM_OF_TESTS, key, i) - 1));
}

/** dL/d`variable` by central differences; `variable` is restored. */
export function differentiate(loss: () => number, variable: Float64Array): Float64Array {
  return variable.map((value, i) => {
    variable[i] = value + EPSILON;
    const above = loss();
    variable[i] = value - EPSILON;
    const below = loss();
    variable[i] = value;
    return (above - below) / (2 * EPSILON);
  });
}

/** Throws unless max|got − ref| ≤ relative · (max|ref| + 0.1), naming the worst element and the seed. */
export function assertClose(what: string, got: FloatArray, ref: FloatArray, relative = DIFFERENCE_TOLERANCE): void {
  if (got.length !== ref.length) throw new Error(`${what}: ${got.length} elements, expected ${ref.length}`);
  let largest = 0;
  let worst = 0;
  let worstDifference = 0;
  for (let i = 0; i < ref.length; i++) {
    const difference = Math.abs((got[i] ?? Number.NaN) - (ref[i] ?? Number.NaN));
    largest = Math.max(largest, Math.abs(ref[i] ?? 0));
    // `!(a <= b)` so that NaN counts as the worst.
    if (!(difference <= worstDifference)) {
      worst = i;
      worstDifference = difference;
    }
  }
  const allowed = relative * (largest + 0.1);
  if (!(worstDifference <= allowed)) {
    const values = `got ${got[worst]}, expected ${ref[worst]}`;
    throw new Error(`${what}[${worst}]: ${values}, allowed difference ${allowed} (seed ${SEED})`);
  }
}

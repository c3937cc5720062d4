/**
 * Random orthogonal matrices by modified Gram–Schmidt on Gaussian rows, in f64. Rows are finished four at a time against
 * all rows before them, which is the textbook's arithmetic in the textbook's order for every single number, hence the same
 * bits, with a quarter of the traffic through memory.
 */
import { gaussian, STREAM } from "../core/rng.ts";

/** Which part of the stream of initial weights a parameter draws from. */
export interface DrawKey {
  readonly seed: number;
  readonly segment: number;
}

/** Rows that are finished together. */
const BLOCK = 4;

/** Where a sweep over a block of rows reads: first elements of the block, of the row to take out and of the next one. */
interface Sweep {
  readonly at: number;
  readonly previous: number;
  readonly next: number;
}

/**
 * Takes factor · previous from each of the four rows at `at` and leaves the rows' products with `next` as the factors:
 * the end of one projection and the beginning of the next in one sweep.
 */
function projectBlock(Q: Float64Array, H: number, { at, previous, next }: Sweep, factors: Float64Array): void {
  const [f0 = 0, f1 = 0, f2 = 0, f3 = 0] = factors;
  const [at1, at2, at3] = [at + H, at + 2 * H, at + 3 * H];
  let dot0 = 0;
  let dot1 = 0;
  let dot2 = 0;
  let dot3 = 0;
  for (let k = 0; k < H; k++) {
    const done = Q[previous + k]!;
    const coming = Q[next + k]!;
    const value0 = Q[at + k]! - f0 * done;
    const value1 = Q[at1 + k]! - f1 * done;
    const value2 = Q[at2 + k]! - f2 * done;
    const value3 = Q[at3 + k]! - f3 * done;
    Q[at + k] = value0;
    Q[at1 + k] = value1;
    Q[at2 + k] = value2;
    Q[at3 + k] = value3;
    dot0 += coming * value0;
    dot1 += coming * value1;
    dot2 += coming * value2;
    dot3 += coming * value3;
  }
  factors[0] = dot0;
  factors[1] = dot1;
  factors[2] = dot2;
  factors[3] = dot3;
}

/** Takes out of the row at `at` its projection on the finished row at `done`. */
function projectRow(Q: Float64Array, H: number, done: number, at: number): void {
  let dot = 0;
  for (let k = 0; k < H; k++) dot += Q[done + k]! * Q[at + k]!;
  for (let k = 0; k < H; k++) Q[at + k] = Q[at + k]! - dot * Q[done + k]!;
}

function normaliseRow(Q: Float64Array, H: number, at: number): void {
  let square = 0;
  for (let k = 0; k < H; k++) square += Q[at + k]! * Q[at + k]!;
  const scale = 1 / Math.sqrt(square);
  for (let k = 0; k < H; k++) Q[at + k] = Q[at + k]! * scale;
}

/** Makes the rows of Q [H, H] orthonormal in place, from the first one on. */
export function orthonormalise(Q: Float64Array, H: number): void {
  const factors = new Float64Array(BLOCK);
  for (let first = 0; first < H; first += BLOCK) {
    const end = Math.min(first + BLOCK, H);
    const at = first * H;
    if (end - first === BLOCK && first > 0) {
      // Nothing is taken out by factors of 0, and the products of the last sweep are of no use.
      factors.fill(0);
      projectBlock(Q, H, { at, previous: 0, next: 0 }, factors);
      for (let row = 0; row < first; row++) {
        projectBlock(Q, H, { at, previous: row * H, next: Math.min(row + 1, first - 1) * H }, factors);
      }
    } else {
      for (let row = first; row < end; row++) {
        for (let done = 0; done < first; done++) projectRow(Q, H, done * H, row * H);
      }
    }
    for (let row = first; row < end; row++) {
      normaliseRow(Q, H, row * H);
      for (let later = row + 1; later < end; later++) projectRow(Q, H, row * H, later * H);
    }
  }
}

/**
 * A random orthogonal H × H matrix, row-major (Saxe et al. 2014); `gate` counts the matrices of one parameter. The
 * diagonal of R is positive by construction, which makes the distribution uniform. H³ multiplications.
 */
export function drawOrthogonal(H: number, gate: number, key: DrawKey): Float64Array {
  const Q = new Float64Array(H * H);
  for (let i = 0; i < Q.length; i++) {
    Q[i] = gaussian(key.seed, STREAM.initialWeights, key.segment, gate * H * H + i);
  }
  orthonormalise(Q, H);
  return Q;
}

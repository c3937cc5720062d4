/**
 * The only source of randomness: pcg4d, a counter-based integer hash (Jarzynski & Olano, "Hash Functions for GPU
 * Rendering", JCGT 9(3), 2020), keyed by (seed, stream, step, index). There is no hidden state to save or restore, and
 * `shaders/lib/rng.wgsl` computes the same bits. Gaussians use + − × ÷ √ only, because `Math.log` and `Math.cos` differ
 * in the last bits between engines.
 */

/** Independent streams of one seed; the numbers are part of the file format and never change. */
export const STREAM = {
  initialWeights: 1,
  order: 2,
  task: 3,
  generation: 4,
  thumbnails: 5,
  recurrentDropout: 6,
  dropout: 7,
  scheduledSampling: 8,
} as const;

/** First word of pcg4d(seed, stream, step, index), a u32. */
export function hash(seed: number, stream: number, step: number, index: number): number {
  let x = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  let y = (Math.imul(stream, 1664525) + 1013904223) >>> 0;
  let z = (Math.imul(step, 1664525) + 1013904223) >>> 0;
  let w = (Math.imul(index, 1664525) + 1013904223) >>> 0;
  x = (x + Math.imul(y, w)) >>> 0;
  y = (y + Math.imul(z, x)) >>> 0;
  z = (z + Math.imul(x, y)) >>> 0;
  w = (w + Math.imul(y, z)) >>> 0;
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  w ^= w >>> 16;
  x = (x + Math.imul(y, w)) >>> 0;
  return x;
}

/** Uniform in [0, 1): the top 24 bits × 2⁻²⁴, exact in f32. */
export function uniform(seed: number, stream: number, step: number, index: number): number {
  return (hash(seed, stream, step, index) >>> 8) * 2 ** -24;
}

/** Where a dropout mask stands: in which training step, and at which of the model's places that drop. */
export interface DropoutKey {
  readonly seed: number;
  /** `STREAM.recurrentDropout` or `STREAM.dropout`. */
  readonly stream: number;
  /** Training step. */
  readonly step: number;
  /** Number of the place, below 2²⁴: two places of one step draw different masks. */
  readonly site: number;
}

/** Streams are below this, so that stream + site · SITES is another word for every pair. */
const SITES = 256;

/**
 * Factor of element `index` under inverted dropout (Srivastava et al. 2014): 1 / (1 − rate) where it is kept, else 0. It
 * is kept iff its uniform number is at least `rate`, which is rounded to f32 first, so that `shaders/lib/dropout.wgsl`
 * keeps the same elements bit for bit. 0 ≤ rate < 1.
 */
export function dropoutFactor(key: DropoutKey, index: number, rate: number): number {
  const share = Math.fround(rate);
  const drawn = uniform(key.seed, key.stream + SITES * key.site, key.step, index);
  return drawn >= share ? 1 / (1 - share) : 0;
}

/** Uniform integer in [0, count) by multiplication; the bias is below count · 2⁻²⁴. */
export function uniformInteger(
  key: { seed: number; stream: number; step: number; index: number },
  count: number,
): number {
  return Math.floor(uniform(key.seed, key.stream, key.step, key.index) * count);
}

/** Approximately standard normal: twelve uniforms minus six (Irwin–Hall), exact on every engine; support ±6. */
export function gaussian(seed: number, stream: number, step: number, index: number): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += uniform(seed, stream, step, index * 12 + i);
  return sum - 6;
}

const FEISTEL_ROUNDS = 4;

/**
 * Position `i` of a keyed permutation of 0 … count−1: a four-round Feistel network on the next even number of bits with
 * cycle walking, so an epoch's order needs no memory. `epoch` selects the permutation.
 */
export function permute(i: number, count: number, key: { seed: number; stream: number; epoch: number }): number {
  const halfBits = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
  const mask = 2 ** halfBits - 1;
  let value = i;
  do {
    let left = Math.floor(value / 2 ** halfBits);
    let right = value & mask;
    for (let round = 0; round < FEISTEL_ROUNDS; round++) {
      const mixed = (left ^ hash(key.seed, key.stream, key.epoch, right * FEISTEL_ROUNDS + round)) & mask;
      left = right;
      right = mixed;
    }
    value = left * 2 ** halfBits + right;
  } while (value >= count);
  return value;
}

/**
 * The hash against a second derivation of pcg4d in BigInt, written from the paper's listing; the permutation as a
 * bijection; distributions by bounds of five standard errors of the sample.
 */
import { describe, expect, it } from "vitest";
import { type DropoutKey, dropoutFactor, gaussian, hash, permute, STREAM, uniform, uniformInteger } from "./rng.ts";

const WORD = 1n << 32n;

/** `uvec4 pcg4d(uvec4 v)` of Jarzynski & Olano 2020, all four words. */
function pcg4d(words: readonly [number, number, number, number]): number[] {
  const start = (word: number) => (BigInt(word) * 1664525n + 1013904223n) % WORD;
  let x = start(words[0]);
  let y = start(words[1]);
  let z = start(words[2]);
  let w = start(words[3]);
  const mix = () => {
    x = (x + y * w) % WORD;
    y = (y + z * x) % WORD;
    z = (z + x * y) % WORD;
    w = (w + y * z) % WORD;
  };
  mix();
  x ^= x >> 16n;
  y ^= y >> 16n;
  z ^= z >> 16n;
  w ^= w >> 16n;
  mix();
  return [x, y, z, w].map(Number);
}

const EDGES = [0, 1, 2, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

describe("hash", () => {
  it("is the first word of pcg4d at every combination of edge values", () => {
    for (const seed of EDGES) {
      for (const stream of EDGES) {
        for (const step of EDGES) {
          for (const index of EDGES) {
            const [expected] = pcg4d([seed, stream, step, index]);
            if (hash(seed, stream, step, index) !== expected) {
              expect.fail(`hash(${seed}, ${stream}, ${step}, ${index}) is not ${expected}`);
            }
          }
        }
      }
    }
  });

  it("is the first word of pcg4d along 20,000 indices", () => {
    for (let index = 0; index < 20_000; index++) {
      const [expected] = pcg4d([42, STREAM.order, 7, index]);
      if (hash(42, STREAM.order, 7, index) !== expected) expect.fail(`index ${index}`);
    }
  });
});

describe("uniform", () => {
  const count = 100_000;
  const sample = Array.from({ length: count }, (_, i) => uniform(3, STREAM.task, 0, i));

  it("lies in [0, 1) and is exact in f32", () => {
    expect(sample.every((u) => u >= 0 && u < 1 && Math.fround(u) === u)).toBe(true);
  });

  it("fills 100 equal bins evenly: χ² within five standard deviations of its mean", () => {
    const bins = new Array<number>(100).fill(0);
    for (const u of sample) bins[Math.floor(u * 100)] = (bins[Math.floor(u * 100)] ?? 0) + 1;
    const chiSquared = bins.reduce((sum, bin) => sum + (bin - count / 100) ** 2 / (count / 100), 0);
    expect(Math.abs(chiSquared - 99)).toBeLessThan(5 * Math.sqrt(2 * 99));
  });

  it("changes with each part of its key", () => {
    const base = uniform(1, 1, 1, 1);
    expect([uniform(2, 1, 1, 1), uniform(1, 2, 1, 1), uniform(1, 1, 2, 1), uniform(1, 1, 1, 2)]).not.toContain(base);
  });
});

describe("uniformInteger", () => {
  it("reaches every value below count and none above", () => {
    const seen = new Set<number>();
    for (let index = 0; index < 500; index++) seen.add(uniformInteger({ seed: 1, stream: 3, step: 0, index }, 7));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("dropoutFactor", () => {
  const key: DropoutKey = { seed: 9, stream: STREAM.dropout, step: 3, site: 1 };
  const count = 100_000;
  const keptOf = (changes: Partial<DropoutKey>, rate: number) =>
    Array.from({ length: count }, (_, index) => dropoutFactor({ ...key, ...changes }, index, rate) > 0);
  const shareOf = (hits: readonly boolean[]) => hits.filter(Boolean).length / count;

  it.each([0.1, 0.5, 0.75, 0.9])("keeps a share of 1 − %f and scales it so that the mean stays", (rate) => {
    // Binomial: standard deviation √(rate (1 − rate) / count); five of them.
    const bound = 5 * Math.sqrt((rate * (1 - rate)) / count);
    expect(Math.abs(shareOf(keptOf({}, rate)) - (1 - rate))).toBeLessThan(bound);
    const values = new Set(Array.from({ length: 100 }, (_, index) => dropoutFactor(key, index, rate)));
    expect(values).toEqual(new Set([0, 1 / (1 - Math.fround(rate))]));
  });

  it("keeps everything as it is at rate 0", () => {
    expect(Array.from({ length: 100 }, (_, index) => dropoutFactor(key, index, 0))).toEqual(Array(100).fill(1));
  });

  it("draws independent masks for another seed, stream, step or site", () => {
    const base = keptOf({}, 0.5);
    for (const other of [{ seed: 10 }, { stream: STREAM.recurrentDropout }, { step: 4 }, { site: 2 }]) {
      const same = shareOf(keptOf(other, 0.5).map((kept, i) => kept === base[i]));
      expect(Math.abs(same - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / count));
    }
  });

  it("compares with the rate in f32, as a shader does", () => {
    // fround(0.7) lies below 0.7 and is a multiple of 2⁻²⁴, so a uniform number can be exactly that.
    const edge = Math.fround(0.7);
    expect(edge).toBeLessThan(0.7);
    const drawn = (index: number) => uniform(key.seed, key.stream + 256 * key.site, key.step, index);
    let index = 0;
    while (drawn(index) !== edge && index < 2 ** 27) index++;
    expect(drawn(index)).toBe(edge);
    expect(dropoutFactor(key, index, 0.7)).toBe(1 / (1 - edge));
  });
});

describe("gaussian", () => {
  it("has mean 0, variance 1 and neighbours without correlation, within five standard errors", () => {
    const count = 100_000;
    const sample = Array.from({ length: count }, (_, i) => gaussian(5, STREAM.initialWeights, 0, i));
    const mean = sample.reduce((sum, x) => sum + x, 0) / count;
    const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
    const lag = sample.reduce((sum, x, i) => sum + x * (sample[i + 1] ?? 0), 0) / count;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    // The fourth moment of twelve uniforms is 2.9, so the variance of x² is 1.9.
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(1.9 / count));
    expect(Math.abs(lag)).toBeLessThan(5 / Math.sqrt(count));
  });
});

describe("permute", () => {
  const orderOf = (count: number, epoch: number) =>
    Array.from({ length: count }, (_, i) => permute(i, count, { seed: 1, stream: STREAM.order, epoch }));

  it.each([1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1461, 4097])("is a bijection of 0 … %i − 1", (count) => {
    const order = orderOf(count, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it("gives each epoch another order", () => {
    expect(orderOf(100, 1)).not.toEqual(orderOf(100, 0));
  });

  it("scatters: over 400 epochs each item of 8 takes each place about 50 times", () => {
    const hits = new Array<number>(64).fill(0);
    for (let epoch = 0; epoch < 400; epoch++) {
      orderOf(8, epoch).forEach((place, item) => {
        hits[item * 8 + place] = (hits[item * 8 + place] ?? 0) + 1;
      });
    }
    // Binomial(400, 1/8): standard deviation 6.6; five of them.
    expect(Math.max(...hits.map((hit) => Math.abs(hit - 50)))).toBeLessThan(33.1);
  });
});

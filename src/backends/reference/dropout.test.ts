/**
 * The twin of `dropout` by what defines it: kept elements grow by 1/(1−rate), the others are 0, the mask depends on where
 * an element stands in the whole sequence and on nothing else, and a gradient passes where its element passed.
 */
import { describe, expect, it } from "vitest";
import { dropoutFactor, STREAM } from "../../core/rng.ts";
import { dropoutTwin } from "./dropout.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";

const [T, B, D] = [6, 3, 4];
const ROW = B * D;
const packed = { xOffset: 0, xStride: D, yOffset: 0, yStride: D };
const base = { T, B, D, variational: 0, firstStep: 0, site: 2, rate: 0.4, ...packed };
const key = Uint32Array.of(7, 11);

/** Factors of every element: dropout of ones. */
function factors(numbers: Partial<typeof base> = {}, drawn = key): Float64Array {
  const all = { ...base, ...numbers };
  const y = new Float64Array(all.T * B * D).fill(Number.NaN);
  dropoutTwin({ x: new Float64Array(all.T * B * D).fill(1), key: drawn, y }, all);
  return y;
}

describe("dropout", () => {
  it("multiplies each element by 0 or 1 / (1 − rate), as the hash of its number says", () => {
    const scale = 1 / (1 - Math.fround(0.4));
    const wanted = Float64Array.from({ length: T * ROW }, (_, i) =>
      dropoutFactor({ seed: 7, stream: STREAM.dropout, step: 11, site: 2 }, i, 0.4),
    );
    expect([...factors()]).toEqual([...wanted]);
    expect(new Set(wanted)).toEqual(new Set([0, scale]));
  });

  it("draws the same masks whole and in chunks", () => {
    const chunks = [factors({ T: 2 }), factors({ T: 1, firstStep: 2 }), factors({ T: 3, firstStep: 3 })];
    expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...factors()]);
  });

  it("uses one mask at every step where it is variational, and another than per element", () => {
    const y = factors({ variational: 1, firstStep: 5 });
    const drop = { seed: 7, stream: STREAM.recurrentDropout, step: 11, site: 2 };
    const first = Array.from({ length: ROW }, (_, i) => dropoutFactor(drop, i, 0.4));
    for (let t = 0; t < T; t++) expect([...y.subarray(t * ROW, (t + 1) * ROW)]).toEqual(first);
    expect([...y]).not.toEqual([...factors()]);
  });

  it.each([
    ["the seed", {}, Uint32Array.of(8, 11)],
    ["the training step", {}, Uint32Array.of(7, 12)],
    ["the site", { site: 3 }, key],
  ] as const)("draws other masks for another value of %s", (_what, numbers, drawn) => {
    expect([...factors(numbers, drawn)]).not.toEqual([...factors()]);
    expect([...factors({ ...numbers, variational: 1 }, drawn)]).not.toEqual([...factors({ variational: 1 })]);
  });

  it("reads and writes rows inside larger ones and leaves what is between", () => {
    const x = seededArray("x", 2 + T * B * (D + 1));
    const y = new Float64Array(3 + T * B * (D + 2)).fill(9);
    dropoutTwin({ x, key, y }, { ...base, xOffset: 2, xStride: D + 1, yOffset: 3, yStride: D + 2 });
    const mask = factors();
    const wanted = new Float64Array(y.length).fill(9);
    for (let row = 0; row < T * B; row++) {
      for (let d = 0; d < D; d++) {
        wanted[3 + row * (D + 2) + d] = (x[2 + row * (D + 1) + d] ?? Number.NaN) * (mask[row * D + d] ?? Number.NaN);
      }
    }
    expect([...y]).toEqual([...wanted]);
  });

  it("is its own backward", () => {
    const x = seededArray("x", T * ROW);
    const g = seededArray("g", T * ROW);
    const loss = () => {
      const y = new Float64Array(T * ROW);
      dropoutTwin({ x, key, y }, base);
      return y.reduce((sum, value, i) => sum + value * (g[i] ?? Number.NaN), 0);
    };
    const dx = new Float64Array(T * ROW);
    dropoutTwin({ x: g, key, y: dx }, base);
    assertClose("dx", dx, differentiate(loss, x));
  });
});

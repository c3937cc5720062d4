import { describe, expect, test } from "vitest";
import { debiasedMean, firstNotFinite, lossRows, thin } from "./loss-curves.ts";

const everything = { beta: 0, zoom: null, limit: 1000 };

describe("debiased exponential mean", () => {
  test("is the weighted mean with weights β^(t − i), which sum to one", () => {
    const values = new Float32Array([3, 1, 4, 1, 5]);
    const beta = 0.7;
    const means = debiasedMean(values, beta);
    values.forEach((_, t) => {
      let weighted = 0;
      let weights = 0;
      for (let i = 0; i <= t; i++) {
        weighted += beta ** (t - i) * values[i]!;
        weights += beta ** (t - i);
      }
      expect(means[t]!).toBeCloseTo(weighted / weights, 12);
    });
  });

  test("a constant stays itself from the first step, and β = 0 is the raw curve", () => {
    for (const mean of debiasedMean(new Float32Array(20).fill(0.25), 0.99)) expect(mean).toBeCloseTo(0.25, 12);
    expect([...debiasedMean(new Float32Array([1, 8, 2]), 0)]).toEqual([1, 8, 2]);
  });

  test("skips what is not finite and goes on", () => {
    const means = debiasedMean(new Float32Array([2, Number.NaN, Number.POSITIVE_INFINITY, 4]), 0.5);
    expect(means[1]).toBeNaN();
    expect(means[2]).toBeNaN();
    expect(means[3]).toBeCloseTo((0.5 * 2 + 4) / 1.5, 12);
  });
});

describe("thinning", () => {
  const wave = Float32Array.from({ length: 50_000 }, (_, index) => Math.sin(index / 300));

  test("short curves are whole", () => {
    expect(thin(wave, 10, 15, 100)).toEqual([10, 11, 12, 13, 14]);
    expect(thin(wave, 3, 3, 100)).toEqual([]);
  });

  test("a long curve keeps its one spike, its ends, its order and its budget", () => {
    const spiky = wave.slice();
    spiky[31_337] = 99;
    const kept = thin(spiky, 0, spiky.length, 400);
    expect(kept).toContain(31_337);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(spiky.length - 1);
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
    expect(kept.length).toBeLessThanOrEqual(402);
  });

  test("a value that is not finite is kept as a gap", () => {
    const broken = wave.slice();
    broken[20_001] = Number.NaN;
    expect(thin(broken, 0, broken.length, 400)).toContain(20_001);
  });
});

describe("rows of the chart", () => {
  const loss = new Float32Array([4, 3, Number.NaN, 2]);
  const course = {
    first: 10,
    loss,
    evaluations: [
      { step: 12, validationLoss: 5 },
      { step: 14, validationLoss: 6 },
    ],
    best: null,
  };

  test("share one axis; gaps and steps without a value are null", () => {
    expect(lossRows(course, everything)).toEqual({
      steps: [10, 11, 12, 13, 14],
      raw: [4, 3, null, 2, null],
      smooth: [4, 3, null, 2, null],
      validation: [null, null, 5, null, 6],
    });
  });

  test("no data: no rows", () => {
    const empty = { first: 0, loss: new Float32Array(0), evaluations: [], best: null };
    expect(lossRows(empty, everything).steps).toEqual([]);
  });

  test("a zoom keeps one point beyond each side", () => {
    const long = { ...course, loss: Float32Array.from({ length: 100 }, (_, index) => index), evaluations: [] };
    expect(lossRows(long, { ...everything, zoom: [30, 33] }).steps).toEqual([29, 30, 31, 32, 33, 34]);
  });

  test("says where the loss first was not finite", () => {
    expect(firstNotFinite(course)).toBe(12);
    expect(firstNotFinite({ ...course, loss: new Float32Array([1]) })).toBeNull();
  });
});

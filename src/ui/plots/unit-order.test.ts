import { describe, expect, test } from "vitest";
import { memorySteps, principalScores, summarizeView, unitOrder } from "./unit-order.ts";

/** [T, H] from one course per unit. */
function courses(...units: readonly (readonly number[])[]): Float32Array {
  const steps = units[0]!.length;
  return Float32Array.from({ length: steps * units.length }, (_, index) => {
    return units[index % units.length]![Math.floor(index / units.length)]!;
  });
}

describe("unit orders", () => {
  const z = courses([0.1, 0.1], [0.9, 0.7], [0.5, 0.3]);
  const layer = { steps: 2, units: 3, writes: z, forgets: z, h: null };

  test("index", () => {
    expect([...unitOrder("index", layer)]).toEqual([0, 1, 2]);
  });

  test("mean openness: widest open first", () => {
    expect([...unitOrder("openness", layer)]).toEqual([1, 2, 0]);
  });

  test("memory length: longest first, from the product of 1 − z", () => {
    expect([...unitOrder("memory", layer)]).toEqual([0, 2, 1]);
    const half = 0.5;
    expect(memorySteps(courses([half, half]), { steps: 2, units: 1 })[0]).toBeCloseTo(1 / Math.LN2, 6);
    expect(memorySteps(courses([1, 0]), { steps: 2, units: 1 })[0]).toBe(0);
    expect(memorySteps(courses([0, 0]), { steps: 2, units: 1 })[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test("the same mean but one closed step remembers less than an even unit", () => {
    const uneven = courses([0.5, 0.5], [0.99, 0.01]);
    const [even, jumpy] = memorySteps(uneven, { steps: 2, units: 2 });
    expect(jumpy!).toBeLessThan(even!);
  });

  test("similarity brings interleaved families together", () => {
    const rise = (scale: number) => [0.1, 0.2, 0.3, 0.4].map((value) => value * scale);
    const fall = (scale: number) => [0.4, 0.3, 0.2, 0.1].map((value) => value * scale);
    const h = courses(rise(1), fall(1), rise(1.1), fall(0.9), rise(0.9));
    const order = [...unitOrder("similarity", { steps: 4, units: 5, writes: null, forgets: null, h })];
    const families = order.map((unit) => unit % 2).join("");
    expect(["00011", "11000"]).toContain(families);
  });

  test("principal scores: a rank-one matrix gives back its unit vector, up to scale, largest positive", () => {
    const amplitude = [-3, 1, 1, 1]; // sums to 0, so centring changes nothing
    const time = [0.5, -0.2, 0.4];
    const h = courses(...amplitude.map((factor) => time.map((value) => factor * value)));
    const scores = principalScores(h, { steps: 3, units: 4 });
    expect(scores[0]!).toBeGreaterThan(0);
    for (let unit = 1; unit < 4; unit++) expect(scores[unit]! / scores[0]!).toBeCloseTo(-1 / 3, 5);
  });

  test("equal units, and missing tensors, keep the index order", () => {
    const same = courses([0.2, 0.4], [0.2, 0.4], [0.2, 0.4]);
    expect([...unitOrder("similarity", { steps: 2, units: 3, writes: null, forgets: null, h: same })]).toEqual([
      0, 1, 2,
    ]);
    for (const sort of ["openness", "similarity", "memory"] as const) {
      expect([...unitOrder(sort, { steps: 2, units: 3, writes: null, forgets: null, h: null })]).toEqual([0, 1, 2]);
    }
  });
});

describe("view in numbers", () => {
  test("mean and places of the extremes, in the shown sign, without what is not finite", () => {
    const values = new Float32Array([0.25, 0.5, Number.NaN, 0.75]); // [T = 2, H = 2]
    expect(summarizeView(values, 2, false)).toEqual({
      mean: 0.5,
      low: { value: 0.25, t: 0, unit: 0 },
      high: { value: 0.75, t: 1, unit: 1 },
    });
    expect(summarizeView(values, 2, true)?.low).toEqual({ value: 0.25, t: 1, unit: 1 });
    expect(summarizeView(new Float32Array([Number.NaN]), 1, false)).toBeNull();
  });
});

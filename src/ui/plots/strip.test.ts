import { describe, expect, test } from "vitest";
import { columnOf, courseRange, courseY, largestAt, visibleSymbol, writtenRange } from "./strip.ts";

describe("courses of the strip", () => {
  test("the range holds every finite value and is never empty", () => {
    expect(courseRange([{ values: [3, Number.NaN, -1] }, { values: [7, Number.POSITIVE_INFINITY] }])).toEqual([-1, 7]);
    expect(courseRange([{ values: [] }])).toEqual([0, 1]);
    const [low, high] = courseRange([{ values: [2, 2] }]);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
  });

  test("the low end lies at the bottom, the high end at the top, inside the margin", () => {
    expect(courseY(0, [0, 10], 100, 5)).toBe(95);
    expect(courseY(10, [0, 10], 100, 5)).toBe(5);
    expect(courseY(5, [0, 10], 100, 5)).toBe(50);
  });

  test("written ends lose the noise of scaling, not their digits", () => {
    expect(writtenRange([5.122e-8, 26.2])).toEqual([0, 26.2]);
    expect(Object.is(writtenRange([-1e-9, 3])[0], 0)).toBe(true);
    const [low, high] = writtenRange([1e-7, 2.5e-7]);
    expect(low).toBeCloseTo(1e-7, 10);
    expect(high).toBeCloseTo(2.5e-7, 10);
  });

  test("a column of [T, D] in order of time", () => {
    expect(columnOf(new Float32Array([1, 10, 2, 20, 3, 30]), 1, 2)).toEqual([10, 20, 30]);
  });
});

describe("symbols of the strip", () => {
  test("the likeliest class of a step, the first of equals", () => {
    const outputs = new Float32Array([0.2, 0.5, 0.3, 0.4, 0.4, 0.2]); // [T = 2, V = 3]
    expect(largestAt(outputs, 0, 3)).toBe(1);
    expect(largestAt(outputs, 1, 3)).toBe(0);
    expect(largestAt(new Float32Array(3).fill(Number.NaN), 0, 3)).toBe(-1);
  });

  test("blanks are made visible, others stay", () => {
    expect([" ", "\n", "\t", "é"].map(visibleSymbol)).toEqual(["␣", "↵", "⇥", "é"]);
  });
});

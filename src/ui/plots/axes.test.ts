import { describe, expect, test } from "vitest";
import { linearRange, logarithmicRange, logTicks, rowAfterKey } from "./axes.ts";

describe("ranges", () => {
  test("leave a margin around the data on both sides", () => {
    const [low, high] = linearRange(2, 4);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(4);
    const [logLow, logHigh] = logarithmicRange(0.01, 1);
    expect(logLow).toBeLessThan(0.01);
    expect(logLow).toBeGreaterThan(0);
    expect(logHigh).toBeGreaterThan(1);
  });
  test("are never empty: one value, zero, or no data", () => {
    for (const [low, high] of [linearRange(3, 3), linearRange(0, 0), linearRange(null, null), logarithmicRange(5, 5)]) {
      expect(high).toBeGreaterThan(low);
    }
    expect(logarithmicRange(0, 1)[0]).toBeGreaterThan(0);
  });
});

describe("keyboard cursor of a chart", () => {
  test.each([
    [3, "ArrowLeft", 2],
    [0, "ArrowLeft", 0],
    [null, "ArrowLeft", 9],
    [3, "ArrowRight", 4],
    [9, "ArrowRight", 9],
    [null, "ArrowRight", 0],
    [3, "Home", 0],
    [3, "End", 9],
    [3, "Escape", null],
    [3, "a", undefined],
  ])("from row %s, %s leads to %s", (row, key, expected) => {
    expect(rowAfterKey(row, 10, key)).toBe(expected);
  });
  test("a chart without rows leaves every key to the page", () => {
    expect(rowAfterKey(null, 0, "ArrowRight")).toBeUndefined();
  });
});

describe("ticks of a logarithmic axis", () => {
  test("1, 2, 5 over few decades, powers of ten over many", () => {
    expect(logTicks(0.1, 10)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
    expect(logTicks(1e-5, 1)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
  });
  test("a narrow range still has ticks, all inside it", () => {
    const ticks = logTicks(1.1, 2.2);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    for (const tick of ticks) expect(tick >= 1.1 && tick <= 2.2).toBe(true);
  });
  test("nothing for a range that has no logarithm", () => {
    expect(logTicks(0, 1)).toEqual([]);
    expect(logTicks(Number.NaN, 1)).toEqual([]);
  });
});

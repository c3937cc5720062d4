/** The judge itself: what it allows, what it counts as infinite, and that steps are measured one by one. */
import { describe, expect, it } from "vitest";
import { compareArrays, compareSteps, passes, severity } from "./compare.ts";

describe("compareArrays", () => {
  it("allows relative · (max|ref| + 0.1)", () => {
    const comparison = compareArrays([1, -4.25], [1, -4], 0.5);
    expect(comparison).toEqual({ error: 0.25, allowed: 0.5 * 4.1 });
    expect(passes(comparison)).toBe(true);
    expect(passes(compareArrays([1, -7], [1, -4], 0.5))).toBe(false);
  });

  it.each([
    ["not a number", [Number.NaN, 0], [0, 0]],
    ["an infinity", [Number.POSITIVE_INFINITY, 0], [0, 0]],
    ["a reference that is not a number", [0, 0], [Number.NaN, 0]],
    ["too few numbers", [0], [0, 0]],
    ["too many numbers", [0, 0, 0], [0, 0]],
  ])("counts %s as infinitely wrong", (_, got, reference) => {
    const comparison = compareArrays(got, reference, 1);
    expect(comparison.error).toBe(Number.POSITIVE_INFINITY);
    expect(passes(comparison)).toBe(false);
    expect(severity(comparison)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("compareSteps", () => {
  const shape = [2, 2, 1] as const; // B = 2, T = 2, H = 1

  it("measures each step against its own largest reference over the batch", () => {
    const reference = [1000, 1e-3, 500, 2e-3];
    expect(compareArrays([1000, 1.5e-3, 500, 2e-3], reference, 1e-5).error).toBeCloseTo(5e-4, 12);
    expect(passes(compareArrays([1000, 1.5e-3, 500, 2e-3], reference, 1e-5))).toBe(true);
    const late = compareSteps([1000, 1.5e-3, 500, 2e-3], reference, shape, 1e-3);
    expect(late.allowed).toBeCloseTo(2e-6, 12);
    expect(passes(late)).toBe(false);
    expect(passes(compareSteps([1000.9, 1e-3, 500, 2e-3], reference, shape, 1e-3))).toBe(true);
    expect(passes(compareSteps([1001.1, 1e-3, 500, 2e-3], reference, shape, 1e-3))).toBe(false);
  });

  it("forgives only flushed subnormals where a step's reference is zero", () => {
    expect(passes(compareSteps([0, 1, 2 ** -130, 1], [0, 1, 0, 1], shape, 1e-3))).toBe(true);
    expect(passes(compareSteps([0, 1, 1e-20, 1], [0, 1, 0, 1], shape, 1e-3))).toBe(false);
  });
});

/** Medians and exponents against numbers that can be seen at a glance. */
import { expect, test } from "vitest";
import { fitExponent, medianOf, spreadOf } from "./statistics.ts";

test("the median is the middle, or between the two in the middle", () => {
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  expect(medianOf([7])).toBe(7);
  expect(() => medianOf([])).toThrow(/no numbers/);
});

test("a spread keeps the ends", () => {
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, minimum: 1, maximum: 9 });
});

test("the exponent of a power is found, whatever its factor", () => {
  const square = [1, 2, 4, 8].map((x) => ({ x, y: 3 * x ** 2 }));
  expect(fitExponent(square)).toBeCloseTo(2, 12);
  expect(fitExponent([10, 100].map((x) => ({ x, y: 5 })))).toBeCloseTo(0, 12);
});

test("points with one x have no exponent", () => {
  expect(() => fitExponent([{ x: 3, y: 1 }])).toThrow(/no exponent/);
});

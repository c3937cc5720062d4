/** Rules of grids, scratch and loop trips: rounding up, sizes as divisors, and the fold of long grids. */
import { expect, test } from "vitest";
import { elements, invocations, loops, oneWorkgroup } from "./kernel-terms.ts";

const sizes = { WORKGROUP_SIZE: 16, SLAB_ROWS: 10 };

test("the last tile of an axis may be partly filled", () => {
  expect(elements(["N", 8], ["3H", 4])({ N: 17, H: 5 }, sizes)).toBe(3 * 4);
});

test("an axis may be divided by a size", () => {
  expect(elements(["N", "SLAB_ROWS"], ["D·C", 1])({ N: 21, D: 2, C: 3 }, sizes)).toBe(3 * 6);
});

test("loops that follow one another add up", () => {
  expect(loops(["N", "WORKGROUP_SIZE"], ["WORKGROUP_SIZE", 1])({ N: 33 }, sizes)).toBe(3 + 16);
  expect(loops()({}, sizes)).toBe(0);
});

test("workgroups cover the invocations", () => {
  expect(invocations(["N", 1])({ N: 16 }, sizes)).toEqual([1, 1, 1]);
  expect(invocations(["N", 1])({ N: 17 }, sizes)).toEqual([2, 1, 1]);
  expect(oneWorkgroup({ N: 17 }, sizes)).toEqual([1, 1, 1]);
});

test("more than 65,535 workgroups are folded over y and still cover the invocations", () => {
  const invocationCount = 65_535 * 16 + 1;
  const [x, y, z] = invocations(["N", 1])({ N: invocationCount }, sizes);
  expect([x, y, z]).toEqual([65_535, 2, 1]);
});

test("a number or a size that is missing is named", () => {
  expect(() => elements(["N", 1])({ D: 1 }, sizes)).toThrow("extent N");
  expect(() => invocations(["N", 1])({ N: 1 }, {})).toThrow("WORKGROUP_SIZE");
});

/** How sums are cut: enough slabs for the lanes, none too short or too long, and no second kernel for one. */
import { expect, test } from "vitest";
import { oneWorkgroup } from "./kernel-terms.ts";
import { slabCount, slabElements, slabInvocations, slabRows, whereCut } from "./slabs.ts";

const sizes = { WORKGROUP_SIZE: 4, LANES: 16, RUN: 10 };
const slabs = slabCount("N", ["C", 8]);

test("slabs give the lanes work that the columns alone do not", () => {
  expect(slabs({ N: 6400, C: 8 }, sizes)).toBe(16);
  expect(slabs({ N: 6400, C: 9 }, sizes)).toBe(8);
  expect(slabs({ N: 6400, C: 17 * 8 }, sizes)).toBe(1);
});

test("a slab has at least 64 rows, and at most 16,384", () => {
  expect(slabs({ N: 64, C: 1 }, sizes)).toBe(1);
  expect(slabs({ N: 65, C: 1 }, sizes)).toBe(2);
  expect(slabs({ N: 16_385, C: 1000 }, sizes)).toBe(2);
});

test("every tile of every slab has an invocation", () => {
  expect(slabInvocations(slabs, ["C", 8])({ N: 130, C: 33 }, sizes)).toEqual([Math.ceil((3 * 5) / 4), 1, 1]);
});

test("scratch holds the slabs, and one element where nothing is kept there", () => {
  expect(slabElements(slabs, ["C", 1])({ N: 130, C: 33 }, sizes)).toBe(3 * 33);
  expect(slabElements(slabs, ["C", 1])({ N: 64, C: 33 }, sizes)).toBe(1);
});

test("trips count the rows of the longest slab and its runs", () => {
  expect(slabRows(slabs, "N", 256)({ N: 3 * 256, C: 17 * 8 }, sizes)).toBe(3 * 257);
  expect(slabRows(slabs, "N", "RUN")({ N: 130, C: 33 }, sizes)).toBe(5 * 11);
});

test("one slab needs no sum of slabs", () => {
  expect(whereCut(slabs, oneWorkgroup)({ N: 64, C: 1 }, sizes)).toEqual([0, 0, 0]);
  expect(whereCut(slabs, oneWorkgroup)({ N: 65, C: 1 }, sizes)).toEqual([1, 1, 1]);
});

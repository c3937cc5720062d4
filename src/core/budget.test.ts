/** The budget: costs in closed form and by elements, and chunks that keep to time and trips. */
import { expect, test } from "vitest";
import { findOperation } from "../operations/registry.ts";
import { chunkLength, countFlops, DISPATCH_MS, guessRate, MAX_TRIPS, planMs } from "./budget.ts";

const form = { reset: 0, activation: 0, reverse: 0, masked: 0, dropped: 0, rate: 0, site: 0 };

test("a product is two operations for each of its terms", () => {
  const gemm = { N: 7, D: 5, C: 3, xOffset: 0, xStride: 5, outOffset: 0, outStride: 3 };
  expect(countFlops(findOperation("project-forward"), gemm)).toBe(2 * 7 * 5 * 3);
});

test("a recurrence counts the steps that it plays, in either direction", () => {
  const forward = findOperation("gru-forward");
  const numbers = { T: 10, B: 4, H: 8, flagBit: 1, ...form };
  const step = 2 * 3 * 4 * 8 * 8;
  expect(countFlops(forward, { ...numbers, fromStep: 1, toStep: 10 })).toBe(10 * step);
  expect(countFlops(forward, { ...numbers, fromStep: 6, toStep: 4 })).toBe(3 * step);
  const backward = { ...numbers, upstream: 1, fromRow: 10, toRow: 0 };
  expect(countFlops(findOperation("gru-backward"), backward)).toBe(11 * step);
  expect(countFlops(findOperation("lstm-backward"), backward)).toBe((11 * step * 4) / 3);
});

test("an operation without closed form is counted by the elements of its tensors", () => {
  expect(countFlops(findOperation("mask-count"), { N: 100 })).toBe(4 * 101);
});

test("a guess takes a software renderer for fifty times slower than a GPU", () => {
  expect(planMs(5e6, guessRate(true))).toBeCloseTo(5.02);
  expect(planMs(5e6, guessRate(false))).toBeCloseTo(0.11);
});

test("what fits into one dispatch stays whole", () => {
  expect(chunkLength({ indices: 100, ms: DISPATCH_MS.wished, trips: (steps) => steps })).toBe(100);
});

test("what does not fit is cut to powers of two within the time", () => {
  expect(chunkLength({ indices: 100, ms: 10 * DISPATCH_MS.wished, trips: (steps) => steps })).toBe(8);
});

test("trips cut where time would not", () => {
  const trips = (steps: number) => 1000 * steps;
  expect(chunkLength({ indices: 1000, ms: 1, trips })).toBe(32);
  expect(trips(32)).toBeLessThanOrEqual(MAX_TRIPS);
});

test("one index is never cut", () => {
  expect(chunkLength({ indices: 3, ms: 1000, trips: (steps) => steps })).toBe(1);
});

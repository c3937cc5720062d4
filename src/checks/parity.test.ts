/** What a parity report says of its worst case. The cases themselves are played by the kernel tests. */
import { expect, test } from "vitest";
import { describeWorst, type ParityResult } from "./parity.ts";

const result = (operation: string, error: number): ParityResult => ({
  operation,
  implementation: "step",
  numbers: '{"T":3}',
  tensor: "h",
  error,
  allowed: 1e-5,
  passed: error <= 1e-5,
});

test("the case closest to its limit is named with both numbers, passed or not", () => {
  const results = [result("near", 9e-6), result("exact", 0), result("far", 1e-7)];
  expect(describeWorst({ results })).toBe('near step, h {"T":3}: error 9.0e-6, allowed 1.0e-5');
  expect(describeWorst({ results: [...results, result("broken", Number.POSITIVE_INFINITY)] })).toMatch(
    /^broken step, h /,
  );
  expect(describeWorst({ results: [] })).toBe("");
});

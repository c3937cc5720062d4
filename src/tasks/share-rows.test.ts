/** Targets that are shares of a whole: what is taken, what is refused with its row, and what the mean answer reaches. */
import { describe, expect, test } from "vitest";
import { meanShares, scoreShares, shareTarget } from "./share-rows.ts";

const column = (name: string, values: readonly number[]) => ({ name, unit: "", values });
/** Two kinds of days, three columns: the first two swap places. */
const sun = column("sun", [0.5, 0.25, 0.5, 0.25]);
const rain = column("rain", [0.25, 0.5, 0.25, 0.5]);
const snow = column("snow", [0.25, 0.25, 0.25, 0.25]);
const whole = { first: 0, end: 4 };

describe("columns of shares", () => {
  test("become rows from the first moment on, divided by what rounding left of their sum", () => {
    const rounded = column("rain", [0.25, 0.505, 0.25, 0.5]);
    const { rows, columns } = shareTarget([sun, rounded, snow], { first: 1, end: 3 });
    expect(columns.map(({ name, scaling }) => [name, scaling.mean, scaling.deviation])).toEqual([
      ["sun", 0, 1],
      ["rain", 0, 1],
      ["snow", 0, 1],
    ]);
    expect([...rows]).toEqual([0.25 / 1.005, 0.505 / 1.005, 0.25 / 1.005, 0.5, 0.25, 0.25].map(Math.fround));
  });

  test.each([
    ["that sum to another number", [0.5, 0.25, 0.9, 0.25], 3],
    ["below 0", [0.5, 0.25, 0.5, -0.25], 4],
    ["that are no numbers", [0.5, Number.NaN, 0.5, 0.25], 2],
  ])("%s are refused with their row", (_name, values, row) => {
    expect(() => shareTarget([column("sun", values), rain, snow], whole)).toThrow(
      expect.objectContaining({ code: "csv-invalid", details: expect.objectContaining({ reason: "no-shares", row }) }),
    );
  });

  test("are at least two", () => {
    expect(() => shareTarget([column("all", [1, 1])], { first: 0, end: 2 })).toThrow(
      expect.objectContaining({ details: { reason: "one-share", columns: 1 } }),
    );
  });
});

describe("answers", () => {
  const target = shareTarget([sun, rain, snow], whole);

  test("that are right have no divergence", () => {
    const logits = target.rows.map((share) => 3 + Math.log(share));
    const score = scoreShares({ target }, { logits, rows: Uint32Array.of(0, 1, 2, 3) });
    expect(score.divergence).toBeCloseTo(0, 6);
    expect(score.accuracy).toBe(1);
  });

  test("that are the mean miss by the divergence of the two days from it", () => {
    // The mean is 3/8, 3/8, 2/8.
    const expected = 0.5 * Math.log(0.5 / 0.375) + 0.25 * Math.log(0.25 / 0.375);
    const mean = meanShares(target, whole, [0, 1]);
    expect(mean.divergence).toBeCloseTo(expected, 6);
  });

  test("may count a share of 0 as nothing", () => {
    const certain = shareTarget([column("a", [1]), column("b", [0])], { first: 0, end: 1 });
    const logits = Float32Array.of(0, 0);
    expect(scoreShares({ target: certain }, { logits, rows: Uint32Array.of(0) }).divergence).toBeCloseTo(
      Math.log(2),
      6,
    );
  });
});

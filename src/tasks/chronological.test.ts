/** Splits and windows hold their promises for any size. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitInTime, windowStarts } from "./chronological.ts";

const lengths = fc.integer({ min: 1, max: 60 });
const shares = fc.double({ min: 0, max: 1 / 3, noNaN: true });

describe("splitInTime", () => {
  test("cuts all moments into three parts in order, none shorter than a window", () => {
    fc.assert(
      fc.property(lengths, shares, fc.integer({ min: 0, max: 1000 }), (length, heldOut, more) => {
        const moments = 3 * (length + 1) + more;
        const { train, validation, test: last } = splitInTime(moments, length, heldOut, "rows");
        expect([train.first, train.end, validation.end, last.end]).toEqual([0, validation.first, last.first, moments]);
        for (const part of [train, validation, last]) expect(part.end - part.first).toBeGreaterThan(length);
      }),
    );
  });

  test("refuses what three windows do not fit in, with the numbers", () => {
    expect(() => splitInTime(17, 5, 0.1, "rows")).toThrow(
      expect.objectContaining({ code: "data-too-short", details: { reason: "rows", rows: 17, needed: 18, length: 5 } }),
    );
    expect(splitInTime(18, 5, 0.1, "rows").train.end).toBe(6);
  });
});

describe("windowStarts", () => {
  test("keeps every window and its last target inside, within the count, evenly apart", () => {
    fc.assert(
      fc.property(lengths, fc.nat(500), fc.nat(300), fc.integer({ min: 1, max: 100 }), (length, more, first, count) => {
        const range = { first, end: first + length + 1 + more };
        const starts = [...windowStarts(range, length, count)];
        expect(starts[0]).toBe(first);
        expect(starts.length).toBeLessThanOrEqual(count);
        const gaps = new Set(starts.slice(1).map((start, i) => start - (starts[i] ?? 0)));
        expect(gaps.size).toBeLessThanOrEqual(1);
        for (const start of starts) expect(start + length).toBeLessThan(range.end);
      }),
    );
  });

  test("takes every start where there is room for all", () => {
    expect([...windowStarts({ first: 10, end: 16 }, 3, 100)]).toEqual([10, 11, 12]);
  });

  test("refuses a range without a window", () => {
    expect(() => windowStarts({ first: 4, end: 9 }, 5, 10)).toThrow(
      expect.objectContaining({ code: "data-too-short", details: { rows: 5, needed: 6, length: 5 } }),
    );
  });
});

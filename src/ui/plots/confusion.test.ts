import { describe, expect, test } from "vitest";
import { summarizeConfusion } from "./confusion.ts";

describe("confusion matrix", () => {
  // rows: asked for a, b, c
  const confusion = new Uint32Array([5, 2, 0, 0, 7, 1, 4, 0, 6]);

  test("counts all, the diagonal and the mistakes, most frequent first", () => {
    expect(summarizeConfusion(confusion, 3, 10)).toEqual({
      count: 25,
      right: 18,
      largest: 7,
      mistakes: [
        { target: 2, predicted: 0, count: 4 },
        { target: 0, predicted: 1, count: 2 },
        { target: 1, predicted: 2, count: 1 },
      ],
    });
  });

  test("keeps the list short, and an empty matrix is empty", () => {
    expect(summarizeConfusion(confusion, 3, 1).mistakes).toHaveLength(1);
    expect(summarizeConfusion(new Uint32Array(4), 2, 5)).toEqual({ count: 0, right: 0, largest: 0, mistakes: [] });
  });
});

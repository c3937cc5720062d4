/** How pairs lie in the rows, and how answers are judged. */
import { describe, expect, test } from "vitest";
import { calendarDates } from "./calendar-dates.ts";
import { layOutPairs, scoreConstantAnswer, scorePairs } from "./pairs.ts";

const layout = { vocabulary: ["·", "a", "b"], boundary: 0, sourceSteps: 3, answerSteps: 3 };
const pairs = [
  { source: "ab", answer: "b" },
  { source: "bba", answer: "ba" },
];

describe("the rows of pairs", () => {
  test("hold a padded source, then the answer read and the answer asked for", () => {
    const { input, target, mask, present } = layOutPairs(pairs, layout);
    expect([...input]).toEqual([1, 2, 0, 0, 2, 0, 2, 2, 1, 0, 2, 1]);
    expect([...target]).toEqual([0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 1, 0]);
    expect([...present]).toEqual([1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
    expect([...mask]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
  });

  test("refuse unknown symbols and pairs that are too long", () => {
    expect(() => layOutPairs([{ source: "x", answer: "" }], layout)).toThrow("a known symbol");
    expect(() => layOutPairs([{ source: "aaaa", answer: "" }], layout)).toThrow("at most 3 and 2");
    expect(() => layOutPairs([{ source: "a", answer: "aaa" }], layout)).toThrow("at most 3 and 2");
  });
});

describe("answers", () => {
  const rows = layOutPairs(pairs, layout);

  test("are right as a whole only if every symbol is", async () => {
    const preset = calendarDates.preset ?? expect.fail("no preset");
    const dataset = {
      ...(await calendarDates.load(preset, null)),
      target: { kind: "classes", rows: rows.target, labels: layout.vocabulary },
      length: 6,
    } as const;
    const say = (id: number) => layout.vocabulary.map((_, v) => (v === id ? 1 : 0));
    // The first answer is right, the second closes too early.
    const scored = {
      logits: Float32Array.from([2, 0, 2, 0, 0].flatMap(say)),
      rows: Uint32Array.of(3, 4, 9, 10, 11),
    };
    expect(scorePairs(dataset, scored)).toEqual({ accuracy: 4 / 5, wholeAccuracy: 1 / 2 });
  });

  test("that are always the same take the commonest symbol at each place", () => {
    const both = { first: 0, end: 2 };
    // b, then of · and a the lower id, then ·: the second answer has a where · is said.
    expect(scoreConstantAnswer(rows, layout, both, both)).toEqual({ accuracy: 4 / 5, wholeAccuracy: 1 / 2 });
  });
});

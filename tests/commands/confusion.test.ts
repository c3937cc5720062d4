/** The confusion matrix of the command line: what is counted where, and when there is none. */
import { describe, expect, test } from "vitest";
import { confusionLines, confusionOf } from "../../src/cli/commands/confusion.ts";
import type { Dataset } from "../../src/core/task.ts";
import { sineDataset, textDataset } from "../engine/examples.ts";

const three = textDataset();
/** Rows 0, 1, 2 of "abc" ask for b, c, a; the answers are b, b, a. */
const scored = { logits: Float32Array.of(0, 2, 1, 0, 5, 4, 3, 2, 1), rows: Uint32Array.of(0, 1, 2) };

describe("the matrix", () => {
  test("has what was asked for by row and the answers by column", () => {
    const confusion = confusionOf(three, scored, false);
    expect(confusion).toEqual({
      labels: ["a", "b", "c"],
      counts: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
      ],
    });
    if (confusion)
      expect(confusionLines(confusion).slice(1)).toEqual(["   a  b  c", "a  1  0  0", "b  0  1  0", "c  0  1  0"]);
  });

  test("of yes and no has no first, and yes from logit 0 on", () => {
    const { target } = sineDataset();
    if (target.kind !== "values") throw new Error("the sine has values");
    const answers = Float32Array.of(0, 1, 1, 0);
    const binary: Dataset = {
      ...sineDataset(),
      target: { ...target, kind: "binary", rows: answers, labels: ["no", "yes"] },
    };
    const predicted = { logits: Float32Array.of(-1, 0, -2, 3), rows: Uint32Array.of(0, 1, 2, 3) };
    expect(confusionOf(binary, predicted, false)?.counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test("is left out for numbers and for text that is written on", () => {
    expect(confusionOf(sineDataset(), scored, false)).toBeNull();
    expect(confusionOf(three, scored, true)).toBeNull();
  });
});

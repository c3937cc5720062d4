/** Which loss an experiment's choice means, and which it must not mean. */
import { expect, test } from "vitest";
import { USUAL_LOSSES } from "../core/loss-choice.ts";
import { lossOfChoice } from "./losses.ts";

test("the fitting loss is that of the targets, without smoothing or weights", () => {
  expect(lossOfChoice(USUAL_LOSSES.fitting, "values")).toEqual({ name: "mse" });
  expect(lossOfChoice(USUAL_LOSSES.fitting, "classes")).toEqual({ name: "ce", smoothing: 0 });
  expect(lossOfChoice(USUAL_LOSSES.fitting, "binary")).toEqual({ name: "bce", positiveWeight: 1 });
});

test("a chosen loss keeps its numbers", () => {
  expect(lossOfChoice({ name: "huber", delta: 0.25 }, "values")).toEqual({ name: "huber", delta: 0.25 });
  expect(lossOfChoice({ name: "smoothed", smoothing: 0.2 }, "classes")).toEqual({ name: "ce", smoothing: 0.2 });
  expect(lossOfChoice(USUAL_LOSSES.mae, "values")).toEqual({ name: "mae" });
});

test.each([
  [USUAL_LOSSES.mae, "classes"],
  [USUAL_LOSSES.huber, "binary"],
  [USUAL_LOSSES.smoothed, "values"],
] as const)("%o is refused for %s", (choice, target) => {
  expect(() => lossOfChoice(choice, target)).toThrow("experiment-invalid");
});

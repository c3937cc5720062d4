/** Which loss an experiment's choice means, and which it must not mean. */
import { expect, test } from "vitest";
import { USUAL_LOSSES } from "../core/loss-choice.ts";
import { lossOfChoice } from "./losses.ts";

const weights = () => [1, 2];

test("the fitting loss is that of the targets, without smoothing or weights", () => {
  expect(lossOfChoice(USUAL_LOSSES.fitting, "values", weights)).toEqual({ name: "mse" });
  expect(lossOfChoice(USUAL_LOSSES.fitting, "classes", weights)).toEqual({ name: "ce", smoothing: 0 });
  expect(lossOfChoice(USUAL_LOSSES.fitting, "binary", weights)).toEqual({ name: "bce", positiveWeight: 1 });
});

test("a chosen loss keeps its numbers", () => {
  expect(lossOfChoice({ name: "huber", delta: 0.25 }, "values", weights)).toEqual({ name: "huber", delta: 0.25 });
  expect(lossOfChoice({ name: "smoothed", smoothing: 0.2 }, "classes", weights)).toEqual({
    name: "ce",
    smoothing: 0.2,
  });
  expect(lossOfChoice(USUAL_LOSSES.mae, "values", weights)).toEqual({ name: "mae" });
});

test("shares of a whole are compared as distributions", () => {
  expect(lossOfChoice(USUAL_LOSSES.distribution, "shares", weights)).toEqual({ name: "ce-soft" });
  expect(lossOfChoice(USUAL_LOSSES.fitting, "shares", weights)).toEqual({ name: "ce-soft" });
  expect(() => lossOfChoice(USUAL_LOSSES.distribution, "values", weights)).toThrow("experiment-invalid");
});

test("yes and no may be weighed, or compared as probabilities; classes may have weights", () => {
  const positive = { name: "positive-weight", positiveWeight: 3 } as const;
  expect(lossOfChoice(positive, "binary", weights)).toEqual({ name: "bce", positiveWeight: 3 });
  expect(lossOfChoice(USUAL_LOSSES.probability, "binary", weights)).toEqual({ name: "bce-prob" });
  const weighted = { name: "weighted", weights: "balanced", smoothing: 0.1 } as const;
  expect(lossOfChoice(weighted, "classes", weights)).toEqual({ name: "ce-weighted", smoothing: 0.1, weights: [1, 2] });
});

test.each([
  [USUAL_LOSSES.mae, "classes"],
  [USUAL_LOSSES.huber, "binary"],
  [USUAL_LOSSES.smoothed, "values"],
  [USUAL_LOSSES.weighted, "binary"],
  [USUAL_LOSSES.probability, "classes"],
  [USUAL_LOSSES["positive-weight"], "values"],
] as const)("%o is refused for %s", (choice, target) => {
  expect(() => lossOfChoice(choice, target, weights)).toThrow("experiment-invalid");
});

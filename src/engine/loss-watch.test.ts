/** When a loss counts as diverging or as no longer improving (ENGINE.md 5: 1,000 times the best, 20 steps; 200 steps). */
import { describe, expect, test } from "vitest";
import { LossWatch } from "./loss-watch.ts";
import { FRESH_WATCH } from "./run-state.ts";

const feed = (watch: LossWatch, losses: readonly number[], first = 0) =>
  losses.map((loss, i) => watch.observeLoss(first + i, loss)?.details.step ?? null).filter((step) => step !== null);

describe("diverging", () => {
  test("is raised at the twentieth step above 1,000 times the best, once", () => {
    const watch = new LossWatch(FRESH_WATCH);
    expect(feed(watch, [1, 0.5, ...Array.from({ length: 60 }, () => 501)])).toEqual([21]);
  });

  test("is not raised at 1,000 times the best, nor after nineteen steps", () => {
    const watch = new LossWatch(FRESH_WATCH);
    const nineteen = Array.from({ length: 19 }, () => 600);
    expect(feed(watch, [0.5, ...Array.from({ length: 60 }, () => 500), ...nineteen, 1, ...nineteen])).toEqual([]);
  });

  test("is raised again after the loss had come back", () => {
    const watch = new LossWatch(FRESH_WATCH);
    const high = Array.from({ length: 20 }, () => 2000);
    expect(feed(watch, [1, ...high, 1, ...high])).toEqual([20, 41]);
  });

  test("counts on from a saved state", () => {
    const first = new LossWatch(FRESH_WATCH);
    feed(first, [1, ...Array.from({ length: 12 }, () => 2000)]);
    const second = new LossWatch(first.state);
    expect(
      feed(
        second,
        Array.from({ length: 10 }, () => 2000),
        13,
      ),
    ).toEqual([20]);
  });

  test("a batch without a counted row is no best loss", () => {
    expect(feed(new LossWatch(FRESH_WATCH), [0, ...Array.from({ length: 40 }, () => 1)])).toEqual([]);
  });
});

test("no improvement is said 200 steps after the best, once for each best", () => {
  const watch = new LossWatch(FRESH_WATCH);
  const said = [
    [199, 0],
    [200, 0],
    [220, 0],
    [240, 230],
    [430, 230],
    [450, 230],
  ].map(([step = 0, best = 0]) => watch.observeEvaluation(step, best)?.details);
  expect(said).toEqual([
    undefined,
    { step: 200, bestStep: 0, steps: 200 },
    undefined,
    undefined,
    { step: 430, bestStep: 230, steps: 200 },
    undefined,
  ]);
});

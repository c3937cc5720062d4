import { expect, test } from "vitest";
import { clipShares } from "./clip-shares.ts";

test("before the first step nothing was clipped", () => {
  const none = new Float32Array();
  expect(clipShares(none, none)).toEqual({
    recentSteps: 0,
    norm: { run: 0, recent: 0 },
    value: { run: 0, recent: 0, cut: 0 },
  });
});

test("counts steps, not amounts; steps never seen count for nothing", () => {
  const factors = Float32Array.of(0.1, 1, Number.NaN, 0.999, 1);
  const cuts = Float32Array.of(0.5, 0, Number.NaN, 0, 0.25);
  expect(clipShares(factors, cuts)).toEqual({
    recentSteps: 4,
    norm: { run: 0.5, recent: 0.5 },
    value: { run: 0.5, recent: 0.5, cut: 0.375 },
  });
});

test("the last hundred steps are looked at by themselves", () => {
  // 300 steps: the first 200 clipped, then every fourth.
  const factors = Float32Array.from({ length: 300 }, (_, step) => (step < 200 || step % 4 === 0 ? 0.5 : 1));
  const { norm, recentSteps } = clipShares(factors, new Float32Array(300));
  expect(recentSteps).toBe(100);
  expect(norm).toEqual({ run: 225 / 300, recent: 0.25 });
});

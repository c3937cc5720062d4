import { describe, expect, test } from "vitest";
import { createSeries, type StepMetrics } from "./series.ts";

/** Metrics of steps first … whose loss is the step number plus `offset`. */
function metrics(first: number, count: number, offset = 0): StepMetrics {
  const loss = Float32Array.from({ length: count }, (_, index) => first + index + offset);
  return { first, loss, norm: loss, clipFactor: loss, clippedShare: loss, learningRate: loss };
}

describe("run series", () => {
  test("grows over many appends without losing a step", () => {
    const series = createSeries();
    for (let first = 0; first < 5000; first += 50) series.appendSteps(metrics(first, 50));
    expect(series.count).toBe(5000);
    expect([...series.values("loss")]).toEqual(Array.from({ length: 5000 }, (_, step) => step));
    expect(series.values("norm").length).toBe(5000);
  });

  test("a reopened run starts at its own step", () => {
    const series = createSeries();
    series.appendSteps(metrics(700, 3));
    expect(series.first).toBe(700);
    expect([...series.values("loss")]).toEqual([700, 701, 702]);
  });

  test("going back replaces the steps from there on, evaluations too", () => {
    const series = createSeries();
    series.appendSteps(metrics(0, 100));
    series.appendEvaluation({ step: 40, validationLoss: 4 }, { step: 40, validationLoss: 4 });
    series.appendEvaluation({ step: 80, validationLoss: 3 }, { step: 80, validationLoss: 3 });
    series.appendSteps(metrics(60, 5, 0.5));
    expect(series.count).toBe(65);
    expect(series.values("loss")[59]).toBe(59);
    expect(series.values("loss")[60]).toBe(60.5);
    expect(series.evaluations.map((point) => point.step)).toEqual([40]);
  });

  test("steps never seen are not a number", () => {
    const series = createSeries();
    series.appendSteps(metrics(0, 2));
    series.appendSteps(metrics(4, 1));
    expect([...series.values("loss")]).toEqual([0, 1, Number.NaN, Number.NaN, 4]);
  });

  test("a run without a step does not push out the curves of the run put aside", () => {
    const series = createSeries();
    series.show(1);
    series.appendSteps(metrics(0, 3));
    series.show(2);
    series.show(3);
    series.show(1);
    expect([...series.values("loss")]).toEqual([0, 1, 2]);
  });

  test("the run put aside comes back with its curves, and the one it replaces can come back too", () => {
    const series = createSeries();
    series.show(1);
    series.appendSteps(metrics(0, 3));
    series.appendEvaluation({ step: 2, validationLoss: 4 }, { step: 2, validationLoss: 4 });
    series.show(2);
    expect(series.evaluations).toEqual([]);
    expect(series.best).toBeNull();
    series.appendSteps(metrics(10, 2));
    series.show(1);
    expect([...series.values("loss")]).toEqual([0, 1, 2]);
    expect(series.evaluations).toEqual([{ step: 2, validationLoss: 4 }]);
    expect(series.best).toEqual({ step: 2, validationLoss: 4 });
    series.appendSteps(metrics(3, 1));
    series.show(2);
    expect([...series.values("loss")]).toEqual([10, 11]);
    series.show(3);
    expect(series.count).toBe(0);
    series.show(1);
    expect(series.count).toBe(0);
  });

  test("tells its listeners of every change, until they leave", () => {
    const series = createSeries();
    let calls = 0;
    const leave = series.subscribe(() => calls++);
    series.appendSteps(metrics(0, 1));
    series.appendEvaluation({ step: 1, validationLoss: 1 }, { step: 1, validationLoss: 1 });
    series.show(2);
    expect(calls).toBe(3);
    expect(series.count).toBe(0);
    leave();
    series.appendSteps(metrics(0, 1));
    expect(calls).toBe(3);
  });
});

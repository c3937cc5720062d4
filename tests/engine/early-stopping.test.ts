/**
 * Early stopping in a run: at an evaluation step and nowhere else, with the best parameters back, numbers to tell, and a
 * way on; a run that was saved before it stops at the same step.
 */
import { expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "./examples.ts";

/** No loss can fall by so much, so every evaluation after the first is waited for. */
const earlyStopping = { patience: 2, minimumDelta: 1e6 };
const experiment = exampleExperiment({ earlyStopping, evaluateEvery: 10 });

test("stops at the evaluation that ends the patience, with the best parameters", async () => {
  const run = await openRun(experiment, sineDataset());
  const { faults, evaluations } = await advanceTo(run, 100);
  expect(faults).toEqual(["stopped-early"]);
  expect(run.step).toBe(30);
  const lowest = evaluations.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  expect(run.best?.step).toBe(lowest.step);
  const state = await run.snapshot();
  expect(state.params).toEqual(run.best?.params);
  expect(state.moments.every((moment) => moment === 0)).toBe(true);
  expect(state.earlyStopping).toEqual({ best: evaluations[0]?.validationLoss, waited: 0, stoppedAt: 30 });
  expect((await run.evaluate()).validationLoss).toBe(lowest.validationLoss);
});

test("tells the numbers behind it", async () => {
  const run = await openRun(experiment, sineDataset());
  await advanceTo(run, 29);
  const { fault, evaluation } = await run.advance(30);
  expect(fault).toEqual({
    code: "stopped-early",
    details: { step: 30, bestStep: evaluation?.bestStep, loss: evaluation?.bestValidationLoss, evaluations: 2 },
  });
});

test("goes on when it is asked to, and stops again after the whole patience", async () => {
  const run = await openRun(experiment, sineDataset());
  await advanceTo(run, 100);
  const { losses, faults } = await advanceTo(run, 100);
  expect(losses.length).toBe(20);
  expect(faults).toEqual(["stopped-early"]);
  expect(run.step).toBe(50);
});

test("a run saved in between stops at the same step in the same state", async () => {
  const whole = await openRun(experiment, sineDataset());
  await advanceTo(whole, 100);
  const first = await openRun(experiment, sineDataset());
  await advanceTo(first, 23);
  const { model } = first;
  const state = decodeCheckpoint(encodeCheckpoint(await first.snapshot(), model));
  expect(state.earlyStopping.waited).toBe(1);
  const second = await openRun(experiment, sineDataset(), { state });
  expect((await advanceTo(second, 100)).faults).toEqual(["stopped-early"]);
  expect(await second.snapshot()).toEqual(await whole.snapshot());
});

test("without it a run goes on", async () => {
  const run = await openRun(exampleExperiment({ evaluateEvery: 10 }), sineDataset());
  expect((await advanceTo(run, 60)).faults).toEqual([]);
  expect(run.step).toBe(60);
});

/**
 * Numbers that leave the finite: the three injections of ENGINE.md 5, the state they must leave behind, and the ways on
 * from there.
 */
import { describe, expect, test } from "vitest";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { ModelTraining } from "../../src/engine/model-training.ts";
import type { Run } from "../../src/engine/run.ts";
import { openReport, type RunReport } from "../../src/engine/run-report.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "./examples.ts";

async function firstFault(run: Run, until: number): Promise<RunReport["fault"]> {
  while (run.step < until) {
    const { fault } = await run.advance(until);
    if (fault) return fault;
  }
  return null;
}

const { sgd } = USUAL_OPTIMIZERS;

/** ReLU candidates, so that a state can grow without bound. */
function explosive() {
  const experiment = exampleExperiment({ optimizer: sgd, clipNorm: null, learningRate: 10 });
  const layers = experiment.model.layers.map((layer) => ({ ...layer, activation: "relu" as const }));
  return { ...experiment, model: { ...experiment.model, layers } };
}

describe("SGD without clipping at rate 10", () => {
  test("stops at the flagged step with the last good parameters", async () => {
    const run = await openRun(explosive(), sineDataset());
    const fault = await firstFault(run, 200);
    expect(fault?.code).toBe("not-finite");
    expect(fault?.details.step).toBe(run.step);
    const stopped = await run.snapshot();
    expect(stopped.params.every(Number.isFinite)).toBe(true);

    // The same run, one step at a time up to the flagged step, has the same state.
    const single = await openRun(explosive(), sineDataset(), { chunkMs: 0 });
    await advanceTo(single, run.step);
    expect((await single.snapshot()).params).toEqual(stopped.params);
    const next = await firstFault(single, run.step + 1);
    expect(next?.details).toEqual(fault?.details);
  });

  test("goes on after the rate was lowered", async () => {
    const run = await openRun(explosive(), sineDataset(), { chunkMs: 0 });
    await firstFault(run, 200);
    const { step } = run;
    await run.drain();
    run.setLive("learningRate", 1e-7);
    run.setLive("clipNorm", 1e-6);
    const fault = await firstFault(run, step + 1);
    // Either the step now succeeds, or the same batch overflows in the forward pass whatever the rate is.
    expect(fault === null ? run.step : fault.details.step).toBe(fault === null ? step + 1 : step);
  });
});

describe("one NaN weight", () => {
  test.each([
    ["layers.0.U", "gru-forward", "layer 1"],
    ["layers.1.W", "gru-forward", "layer 2"],
    ["head.b", "loss-mse", "head"],
  ])("in %s names %s in %s and moves nothing", async (segment, operation, where) => {
    const fresh = await openRun(exampleExperiment(), sineDataset());
    const state = await fresh.snapshot();
    const params = state.params.slice();
    params[fresh.model.segments.find(({ name }) => name === segment)?.offset ?? -1] = Number.NaN;
    const run = await openRun(exampleExperiment(), sineDataset(), { state: { ...state, params } });
    const fault = await firstFault(run, 10);
    expect(fault).toEqual({ code: "not-finite", details: { step: 0, operation, where } });
    expect(run.step).toBe(0);
    expect((await run.snapshot()).params).toEqual(params);
  });
});

describe("Adam at rate 1e6", () => {
  test("stays finite and raises diverging once", async () => {
    const experiment = exampleExperiment({ learningRate: 1e6, clipNorm: null });
    const run = await openRun(experiment, sineDataset());
    const fault = await firstFault(run, 100);
    expect(fault?.code).toBe("diverging");
    const { loss = 0, bestLoss = 0 } = fault?.details ?? {};
    expect(Number(loss)).toBeGreaterThan(1000 * Number(bestLoss));
    await run.drain();
    expect(await firstFault(run, run.step + 60)).toBeNull();
  });
});

test("what is seen of the losses behind a fault does not depend on the chunks they came in", async () => {
  // Diverges at step 20, then finds a lower loss than any before.
  const losses = [1, ...Array<number>(20).fill(1e6), 1e-3];
  const state = await (await openRun(exampleExperiment(), sineDataset())).snapshot();
  const watchAfter = (chunks: readonly (readonly number[])[]) => {
    const training = new ModelTraining(state);
    let first = 0;
    for (const chunk of chunks) {
      const count = chunk.length;
      const metrics = Float32Array.from(chunk.flatMap((loss) => [loss, 0, 1, 0.1]));
      const finished = { first, count, good: count, metrics, clipped: new Uint32Array(count), flags: 0, state: null };
      const timed = { ...finished, elapsedMs: 1, stepsPerSecond: 1 };
      training.take(timed, openReport(), { parameters: 1, epochs: () => 0 });
      first += count;
    }
    training.keep(state, state);
    return training.recovery.watch;
  };
  expect(watchAfter([losses])).toEqual(watchAfter(losses.map((loss) => [loss])));
  expect(watchAfter([losses])).toMatchObject({ bestLoss: Math.fround(1e-3), highSteps: 0 });
});

describe("the best state", () => {
  test("is that of the lowest validation loss and can be gone back to", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    const { evaluations } = await advanceTo(run, 60);
    const lowest = Math.min(...evaluations.map(({ validationLoss }) => validationLoss));
    const chosen = evaluations.find(({ validationLoss }) => validationLoss === lowest);
    expect(run.best?.step).toBe(chosen?.step);
    expect(run.best?.validationLoss).toBe(lowest);
    await run.restoreBest();
    const state = await run.snapshot();
    expect(state).toMatchObject({ step: 60, momentsSince: 60 });
    expect(state.params).toEqual(run.best?.params);
    expect(state.moments.every((value) => value === 0)).toBe(true);
    const evaluation = await run.evaluate();
    expect(evaluation.validationLoss).toBe(lowest);
    expect(evaluation.latest).toEqual(chosen?.latest);
  });

  test("scores the same after a saved run was opened", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    const { evaluations } = await advanceTo(run, 20);
    run.setLive("learningRate", 1);
    await advanceTo(run, 25);
    const state = await run.snapshot();
    const opened = await openRun(exampleExperiment(), sineDataset(), { state });
    const evaluation = await opened.evaluate();
    expect(evaluation.bestStep).toBe(run.best?.step);
    expect(evaluation.best).toEqual(evaluations.find(({ step }) => step === run.best?.step)?.latest);
    expect((await opened.snapshot()).params).toEqual(state.params);
  });

  test("no better validation loss for 200 steps is said once and training goes on", async () => {
    const experiment = exampleExperiment({ optimizer: sgd, learningRate: 1e-7, clipNorm: 1e-6 });
    const run = await openRun(experiment, sineDataset());
    await advanceTo(run, 10);
    const { best } = run;
    const state = await run.snapshot();
    // A best loss below anything that this run can reach.
    const unreachable = best ? { ...best, validationLoss: 0 } : null;
    const stalled = await openRun(experiment, sineDataset(), { state: { ...state, best: unreachable } });
    const { faults, losses } = await advanceTo(stalled, 400);
    expect(faults).toEqual(["no-improvement"]);
    expect(losses.length).toBe(390);
  });
});

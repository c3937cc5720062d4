/**
 * Runs that play whole training steps in one dispatch: golden trajectories are met, and runs have the losses of the CPU
 * player, go on from a saved state bit for bit and stop at a flag as others do.
 */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import type { OptimizerChoice } from "../../src/core/optimizer-choice.ts";
import type { Dataset } from "../../src/core/task.ts";
import { MICRO, TRAINING_STEPS } from "../../src/operations/training-steps.ts";
import {
  advanceTo,
  exampleExperiment,
  HARD_OPTIMIZERS,
  openRun,
  sineDataset,
  textDataset,
} from "../engine/examples.ts";
import { verifyPromised } from "../golden/fixtures.ts";
import { sharedBackend } from "./shared-backend.ts";
import { withWholeSteps } from "./whole-steps.ts";

const { backend, takeDispatches } = withWholeSteps(sharedBackend);

test.each(["optim/end_to_end", "train/sine", "train/charlm"])(
  "golden trajectories of %s",
  { timeout: 240_000 },
  async (only) => {
    const { passed, wrong } = await verifyPromised(only, backend);
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(0);
    expect(takeDispatches()).toBeGreaterThan(0);
  },
);

const LAYERS: readonly (readonly [string, Experiment["model"]["layers"], Dataset])[] = [
  ["GRU, both forms", exampleExperiment().model.layers, textDataset()],
  ["GRU, both forms, of numbers", exampleExperiment().model.layers, sineDataset()],
  ["LSTM", [{ cell: "lstm", units: 6 }], textDataset()],
  ["RNN", [{ cell: "rnn", units: 17, activation: "tanh" }], sineDataset()],
  [
    "UGRNN over a GRU",
    [
      { cell: "gru", reset: "before", activation: "relu", units: 3 },
      { cell: "ugrnn", units: 9 },
    ],
    textDataset(),
  ],
];

function withLayers(layers: Experiment["model"]["layers"], changes: Partial<Experiment["training"]> = {}): Experiment {
  const example = exampleExperiment(changes);
  return { ...example, model: { ...example.model, layers } };
}

describe.each(LAYERS)("training of %s", (_name, layers, dataset) => {
  test("has the losses of the CPU player and goes on bit for bit", { timeout: 120_000 }, async () => {
    const experiment = withLayers(layers);
    const expected = await advanceTo(await openRun(experiment, dataset), 20);
    const whole = await openRun(experiment, dataset, { backend });
    const got = await advanceTo(whole, 20);
    expect(takeDispatches()).toBeGreaterThan(0);
    expect(got.losses.length).toBe(20);
    for (const [step, loss] of expected.losses.entries()) {
      expect(Math.abs((got.losses[step] ?? Number.NaN) - loss)).toBeLessThanOrEqual(1e-4 * loss);
    }
    for (const [i, { validationLoss }] of expected.evaluations.entries()) {
      const difference = (got.evaluations[i]?.validationLoss ?? Number.NaN) - validationLoss;
      expect(Math.abs(difference)).toBeLessThanOrEqual(1e-4 * (validationLoss + 0.1));
    }
    const first = await openRun(experiment, dataset, { backend, chunkMs: 0 });
    const begin = await advanceTo(first, 7);
    const state = await first.snapshot();
    expect(state.plan[TRAINING_STEPS]?.implementation).toBe(MICRO);
    const second = await openRun(experiment, dataset, { backend, state });
    const rest = await advanceTo(second, 20);
    expect([...begin.losses, ...rest.losses]).toEqual(got.losses);
    expect((await second.snapshot()).params).toEqual((await whole.snapshot()).params);
    for (const run of [whole, first, second]) run.dispose();
  });
});

const optimizers: readonly (readonly [string, OptimizerChoice])[] = HARD_OPTIMIZERS;

test.each(optimizers)("%s has the losses of the CPU player", { timeout: 120_000 }, async (_name, optimizer) => {
  const experiment = withLayers([{ cell: "rnn", units: 4, activation: "tanh" }], {
    optimizer,
    clipNorm: 0.5,
    l1: 1e-3,
  });
  const expected = await advanceTo(await openRun(experiment, sineDataset()), 20);
  const run = await openRun(experiment, sineDataset(), { backend });
  const { losses } = await advanceTo(run, 20);
  expect(takeDispatches()).toBeGreaterThan(0);
  for (const [step, loss] of expected.losses.entries()) {
    expect(Math.abs((losses[step] ?? Number.NaN) - loss)).toBeLessThanOrEqual(1e-4 * (loss + 0.1));
  }
  run.dispose();
});

test("a flag stops the run at its step with untouched parameters, and so it stays", { timeout: 120_000 }, async () => {
  const experiment = withLayers([{ cell: "gru", reset: "before", activation: "tanh", units: 5 }]);
  const fresh = await openRun(experiment, sineDataset(), { backend });
  const { model } = fresh;
  const state = await fresh.snapshot();
  const params = state.params.slice();
  params[model.segments.find(({ name }) => name === "layers.0.U")?.offset ?? -1] = Number.NaN;
  takeDispatches();
  const run = await openRun(experiment, sineDataset(), { backend, state: { ...state, params } });
  const { fault } = await run.advance(10);
  expect(fault).toEqual({ code: "not-finite", details: { step: 0, operation: "gru-forward", where: "layer 1" } });
  expect(takeDispatches()).toBeGreaterThan(0);
  expect((await run.snapshot()).params).toEqual(params);
  for (const one of [fresh, run]) one.dispose();
});

test("clipping by value, which is counted call by call, changes nothing", { timeout: 120_000 }, async () => {
  const experiment = withLayers([{ cell: "rnn", units: 4, activation: "tanh" }], { clipValue: 0.01 });
  const run = await openRun(experiment, sineDataset(), { backend });
  const other = await openRun(experiment, sineDataset(), { backend: sharedBackend });
  const [got, expected] = [await advanceTo(run, 12), await advanceTo(other, 12)];
  expect(got.losses).toEqual(expected.losses);
  for (const one of [run, other]) one.dispose();
});

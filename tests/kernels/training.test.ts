/**
 * Whole runs on the GPU: the losses of the CPU player, a state that continues bit for bit, and the flag that stops a run.
 * What crosses the bus is counted in `training-traffic.test.ts`.
 */
import { describe, expect, test, vi } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import {
  advanceTo,
  exampleExperiment,
  HARD_OPTIMIZERS,
  openRun,
  sineDataset,
  textDataset,
} from "../engine/examples.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

/** Compiling every kernel anew for each run takes seconds on a software adapter that shares its cores. */
vi.setConfig({ testTimeout: 60_000 });

/** Largest relative difference of a loss: f32 sums in another order over 40 updates; golden training allows as much. */
const LOSS_TOLERANCE = 1e-4;

describe.each([
  ["a series", sineDataset()],
  ["a text", textDataset()],
] as const)("training on %s", (_name, dataset) => {
  test("has the losses, evaluations and gates of the CPU player", async () => {
    const [gpu, cpu] = await Promise.all([
      openRun(exampleExperiment(), dataset, { backend }),
      openRun(exampleExperiment(), dataset),
    ]);
    const [got, expected] = await Promise.all([advanceTo(gpu, 40), advanceTo(cpu, 40)]);
    expect(got.losses.length).toBe(40);
    for (const [step, loss] of expected.losses.entries()) {
      expect(Math.abs((got.losses[step] ?? Number.NaN) - loss)).toBeLessThanOrEqual(LOSS_TOLERANCE * (loss + 0.1));
    }
    for (const [i, { validationLoss }] of expected.evaluations.entries()) {
      const difference = (got.evaluations[i]?.validationLoss ?? Number.NaN) - validationLoss;
      expect(Math.abs(difference)).toBeLessThanOrEqual(LOSS_TOLERANCE * (validationLoss + 0.1));
    }
    const sequence = dataset.input.kind === "tokens" ? Uint32Array.of(0, 1, 2) : Float32Array.of(0.1, 0.2, 0.3);
    const [shown, twin] = await Promise.all([gpu.probe(sequence), cpu.probe(sequence)]);
    for (const [layer, { views }] of twin.layers.entries()) {
      for (const [view, { values }] of views.entries()) {
        const other = shown.layers[layer]?.views[view]?.values ?? new Float32Array();
        expect(other.length).toBe(values.length);
        for (const [i, value] of values.entries()) {
          expect(Math.abs((other[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-3);
        }
      }
    }
    gpu.dispose();
  });

  test("continues from a state bit for bit", async () => {
    const whole = await openRun(exampleExperiment(), dataset, { backend });
    const first = await openRun(exampleExperiment(), dataset, { backend, chunkMs: 0 });
    const expected = await advanceTo(whole, 30);
    const begin = await advanceTo(first, 17);
    const second = await openRun(exampleExperiment(), dataset, { backend, state: await first.snapshot() });
    const rest = await advanceTo(second, 30);
    expect([...begin.losses, ...rest.losses]).toEqual(expected.losses);
    expect((await second.snapshot()).params).toEqual((await whole.snapshot()).params);
    for (const run of [whole, first, second]) run.dispose();
  });
});

test("windows in chunks have the losses of the CPU player and continue bit for bit", async () => {
  const experiment = exampleExperiment({ state: "carried", truncate: 5, checkpoint: 2, evaluateEvery: 7 });
  const gpu = await openRun(experiment, textDataset(), { backend });
  const expected = await advanceTo(await openRun(experiment, textDataset()), 20);
  const begin = await advanceTo(gpu, 11);
  const again = await openRun(experiment, textDataset(), { backend, state: await gpu.snapshot() });
  const rest = await advanceTo(gpu, 20);
  expect((await advanceTo(again, 20)).losses).toEqual(rest.losses);
  const got = [...begin.losses, ...rest.losses];
  for (const [step, loss] of expected.losses.entries()) {
    expect(Math.abs((got[step] ?? Number.NaN) - loss)).toBeLessThanOrEqual(LOSS_TOLERANCE * (loss + 0.1));
  }
  const last = expected.evaluations.at(-1)?.validationLoss ?? Number.NaN;
  expect(Math.abs((rest.evaluations.at(-1)?.validationLoss ?? Number.NaN) - last)).toBeLessThanOrEqual(1e-4);
  for (const run of [gpu, again]) run.dispose();
});

test("layers with everything that a layer may say have the losses of the CPU player and continue bit for bit", async () => {
  const example = exampleExperiment();
  const between = { norm: "layer", dropout: 0.3 } as const;
  const reading = { direction: "both", initialState: "learned", recurrentDropout: 0.3 } as const;
  const layers: Experiment["model"]["layers"] = [
    { cell: "lstm", units: 5, ...reading, ...between },
    { cell: "gru", reset: "before", activation: "tanh", units: 4, ...reading },
    { cell: "dense", units: 6, activation: "tanh", ...between },
  ];
  const experiment = {
    ...example,
    model: { ...example.model, head: "last" as const, layers, embedding: { width: 3 } },
  };
  const text = textDataset();
  const dataset = { ...text, present: text.mask.map((_, row) => (row % 5 === 2 ? 0 : 1)) };
  const gpu = await openRun(experiment, dataset, { backend });
  const cpu = await openRun(experiment, dataset);
  const expected = await advanceTo(cpu, 20);
  const begin = await advanceTo(gpu, 11);
  const again = await openRun(experiment, dataset, { backend, state: await gpu.snapshot() });
  const rest = await advanceTo(gpu, 20);
  expect((await advanceTo(again, 20)).losses).toEqual(rest.losses);
  const got = [...begin.losses, ...rest.losses];
  for (const [step, loss] of expected.losses.entries()) {
    expect(Math.abs((got[step] ?? Number.NaN) - loss)).toBeLessThanOrEqual(LOSS_TOLERANCE * (loss + 0.1));
  }
  const [shown, twin] = await Promise.all([gpu.probe(Uint32Array.of(0, 1)), cpu.probe(Uint32Array.of(0, 1))]);
  for (const [part, { views }] of twin.layers.entries()) {
    for (const [view, { values }] of views.entries()) {
      const other = shown.layers[part]?.views[view]?.values ?? new Float32Array();
      expect(Array.from(other, Number.isNaN)).toEqual(Array.from(values, Number.isNaN));
      for (const [i, value] of values.entries()) {
        if (!Number.isNaN(value)) expect(Math.abs((other[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-3);
      }
    }
  }
  for (const run of [gpu, again]) run.dispose();
});

test("a run goes on on the CPU player where the GPU left off", async () => {
  const whole = await openRun(exampleExperiment(), sineDataset(), { backend });
  const { losses } = await advanceTo(whole, 40);
  const gpu = await openRun(exampleExperiment(), sineDataset(), { backend });
  await advanceTo(gpu, 20);
  const state = await gpu.snapshot();
  gpu.dispose();
  const { plan } = await openRun(exampleExperiment(), sineDataset());
  const cpu = await openRun(exampleExperiment(), sineDataset(), { state });
  expect(cpu.plan).toEqual(plan);
  const rest = await advanceTo(cpu, 40);
  for (const [i, loss] of rest.losses.entries()) {
    const expected = losses[20 + i] ?? Number.NaN;
    expect(Math.abs(loss - expected)).toBeLessThanOrEqual(LOSS_TOLERANCE * (expected + 0.1));
  }
  whole.dispose();
});

test.each(HARD_OPTIMIZERS)("a hundred steps of %s leave pruned weights exactly 0", async (_name, optimizer) => {
  const pruning = { name: "once", share: 0.7, step: 2 } as const;
  const model = { ...exampleExperiment().model, layers: exampleExperiment().model.layers.slice(1) };
  const experiment = { ...exampleExperiment({ optimizer, pruning, learningRate: 0.01, evaluateEvery: 1000 }), model };
  const run = await openRun(experiment, sineDataset(), { backend });
  const { losses } = await advanceTo(run, 102);
  expect(losses.length).toBe(102);
  const { mask, params } = await run.snapshot();
  for (const { zeros, weights } of run.prunings[0]?.parts ?? []) expect(zeros).toBe(Math.round(0.7 * weights));
  const pruned = [...(mask ?? []).keys()].filter((p) => mask?.[p] === 0);
  expect(pruned.length).toBeGreaterThan(50);
  expect(pruned.every((p) => Object.is(params[p], 0))).toBe(true);
  run.dispose();
});

describe("a flag on the GPU", () => {
  test("stops the run at its step with untouched parameters", async () => {
    const fresh = await openRun(exampleExperiment(), sineDataset(), { backend });
    const state = await fresh.snapshot();
    const params = state.params.slice();
    params[fresh.model.segments.find(({ name }) => name === "layers.1.U")?.offset ?? -1] = Number.NaN;
    const run = await openRun(exampleExperiment(), sineDataset(), { backend, state: { ...state, params } });
    const { fault } = await run.advance(10);
    expect(fault).toEqual({
      code: "not-finite",
      details: { step: 0, operation: "gru-forward", where: "layer 2" },
    });
    expect((await run.snapshot()).params).toEqual(params);
    fresh.dispose();
    run.dispose();
  });
});

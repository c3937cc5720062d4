/**
 * Runs side by side on the CPU player: each has the losses, evaluations and state that it has alone, bit for bit; one that
 * stops leaves the others alone; and what cannot share a Program is refused.
 */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";
import { advanceAlone, advanceGroup, GROUP_EXAMPLES, openGroup, vary, withoutPlan } from "./group-examples.ts";

const STEPS = 25;

describe.each(GROUP_EXAMPLES.map((example) => [example.name, example] as const))("%s", (_, { experiment, dataset }) => {
  test.each([1, 2, 3, 8])("%i side by side are the same as alone", async (count) => {
    const experiments = vary(experiment, count);
    const outcomes = await advanceGroup(await openGroup(experiments, dataset), STEPS);
    for (const [i, own] of experiments.entries()) {
      const alone = await advanceAlone(own, dataset, STEPS);
      expect(alone.losses).toHaveLength(STEPS);
      expect(outcomes[i]).toEqual({ ...alone, faults: [] });
    }
  });
});

describe("pruning and early stopping", () => {
  test("prune every run at its steps", async () => {
    const pruning = { name: "once", step: 12, share: 0.4 } as const;
    const experiments = vary(exampleExperiment({ pruning }), 3);
    const outcomes = await advanceGroup(await openGroup(experiments, sineDataset()), STEPS);
    for (const [i, own] of experiments.entries()) {
      const alone = await advanceAlone(own, sineDataset(), STEPS);
      expect(outcomes[i]?.state).toEqual(alone.state);
      expect(alone.state.prunings).toHaveLength(1);
    }
  });

  test("a run without patience stops with its best parameters, the other goes on", async () => {
    const [patient] = vary(exampleExperiment(), 1);
    const earlyStopping = { patience: 1, minimumDelta: 1000 };
    const impatient: Experiment = { ...patient, training: { ...patient.training, earlyStopping } };
    const group = await openGroup([impatient, patient], sineDataset());
    const [stopped, other] = await advanceGroup(group, 60);
    const alone = await openRun(impatient, sineDataset());
    const journey = await advanceTo(alone, 60);
    expect(journey.faults).toEqual(["stopped-early"]);
    expect(stopped?.faults).toMatchObject([{ code: "stopped-early", details: { step: alone.step } }]);
    expect(stopped?.state).toEqual(withoutPlan(await alone.snapshot()));
    expect(other?.losses).toEqual((await advanceAlone(patient, sineDataset(), 60)).losses);
  });
});

/** ReLU candidates under SGD at rate 10 leave the finite. */
function explosive(): [Experiment, Experiment] {
  const training = { optimizer: USUAL_OPTIMIZERS.sgd, clipNorm: null, learningRate: 10 };
  const experiment = exampleExperiment(training);
  const layers = experiment.model.layers.map((layer) => ({ ...layer, activation: "relu" as const }));
  const wild = { ...experiment, model: { ...experiment.model, layers } };
  return [wild, { ...wild, training: { ...wild.training, learningRate: 0.01 } }];
}

describe("a run that leaves the finite", () => {
  test("stops alone with its last good state", async () => {
    const [wild, calm] = explosive();
    const group = await openGroup([calm, wild, calm], sineDataset());
    const [before, stopped, behind] = await advanceGroup(group, 200);
    const alone = await openRun(wild, sineDataset());
    const journey = await advanceTo(alone, 200);
    expect(journey.faults).toEqual(["not-finite"]);
    expect(stopped?.faults).toEqual([group.runs[1]?.stopped]);
    expect(group.runs[1]?.stopped).toMatchObject({ code: "not-finite", details: { step: alone.step } });
    expect(stopped?.losses).toEqual(journey.losses);
    expect(stopped?.state).toEqual(withoutPlan(await alone.snapshot()));
    const neighbour = await advanceAlone(calm, sineDataset(), 200);
    expect(neighbour.losses).toHaveLength(200);
    for (const outcome of [before, behind]) expect(outcome).toEqual({ ...neighbour, faults: [] });
  });

  test("leaves nothing to do when all have stopped", async () => {
    const [wild] = explosive();
    const group = await openGroup([wild, { ...wild, seed: 8 }], sineDataset());
    const outcomes = await advanceGroup(group, 500);
    expect(outcomes.every(({ faults }) => faults.length === 1)).toBe(true);
    const played = group.counts.plays;
    const reports = await group.advance(1000);
    expect(reports).toMatchObject(Array.from({ length: 2 }, () => ({ metrics: [], evaluation: null, fault: null })));
    expect(group.counts.plays).toBe(played);
  });

  test("or only diverges stops alone as well, at a step that it would have had alone", async () => {
    const wild = exampleExperiment({ learningRate: 1e6, clipNorm: null });
    const calm = exampleExperiment();
    const group = await openGroup([wild, calm], sineDataset());
    const [stopped, other] = await advanceGroup(group, 80);
    expect(stopped?.faults).toMatchObject([{ code: "diverging" }]);
    const steps = group.runs[0]?.step ?? 0;
    expect(steps).toBeLessThan(80);
    const alone = await openRun(wild, sineDataset(), { chunkMs: 0 });
    let { losses } = await advanceTo(alone, steps);
    // Alone it stands still at the fault and goes on when it is asked to.
    losses = [...losses, ...(await advanceTo(alone, steps)).losses];
    expect(stopped?.losses).toEqual(losses);
    expect(stopped?.state.params).toEqual((await alone.snapshot()).params);
    expect(other?.losses).toEqual((await advanceAlone(calm, sineDataset(), 80)).losses);
  });
});

test("live changes, probes and states are those of one run", async () => {
  const experiments = vary(exampleExperiment(), 3);
  const group = await openGroup(experiments, textDataset());
  await advanceGroup(group, 10);
  expect(group.runs[1]?.setLive("learningRate", 0.5)).toEqual({ step: 10, field: "learningRate", value: 0.5 });
  const outcomes = await advanceGroup(group, 15);
  const symbols = Uint32Array.of(0, 1, 2, 0);
  for (const [i, experiment] of experiments.entries()) {
    const alone = await openRun(experiment, textDataset());
    await advanceTo(alone, 10);
    if (i === 1) alone.setLive("learningRate", 0.5);
    await advanceTo(alone, 15);
    expect(outcomes[i]?.state).toEqual(withoutPlan(await alone.snapshot()));
    expect(await group.runs[i]?.probe(symbols)).toEqual(await alone.probe(symbols));
    // A run beside others is opened alone from its state, and goes on as it would have.
    const state = await group.runs[i]?.snapshot();
    const opened = await openRun(experiment, textDataset(), state ? { state } : {});
    expect((await advanceTo(opened, 25)).losses).toEqual((await advanceTo(alone, 25)).losses);
  }
});

describe("what cannot be trained side by side", () => {
  const [first] = vary(exampleExperiment(), 1);
  const [layer] = first.model.layers;
  test.each<[string, Experiment, Readonly<Record<string, string>>]>([
    [
      "another batch",
      { ...first, training: { ...first.training, batch: 5 } },
      { path: "experiments.1.training.batch", expected: "4", actual: "5" },
    ],
    [
      "a layer less",
      { ...first, model: { ...first.model, layers: layer ? [layer] : [] } },
      { path: "experiments.1.model.layers.1", expected: JSON.stringify(first.model.layers[1]), actual: "missing" },
    ],
    [
      "other steps of evaluation",
      { ...first, training: { ...first.training, evaluateEvery: 11 } },
      { path: "experiments.1.training.evaluateEvery", expected: "10", actual: "11" },
    ],
    [
      "another optimizer",
      { ...first, training: { ...first.training, optimizer: USUAL_OPTIMIZERS.sgd } },
      { path: "experiments.1.training.optimizer", expected: "adam with m, v", actual: "sgd with momentum" },
    ],
    [
      "more rows of state",
      { ...first, training: { ...first.training, optimizer: { ...USUAL_OPTIMIZERS.adam, amsgrad: true } } },
      { path: "experiments.1.training.optimizer", expected: "adam with m, v", actual: "adam with m, v, vMax" },
    ],
  ])("%s", async (_, other, details) => {
    await expect(openGroup([first, other], sineDataset())).rejects.toMatchObject({
      code: "experiment-invalid",
      details,
    });
  });

  test("more than 64", async () => {
    await expect(openGroup(vary(exampleExperiment(), 65), sineDataset())).rejects.toThrow("1 to 64 models, got 65");
  });

  test("more than the backend holds, with the bytes", async () => {
    const experiment = exampleExperiment();
    const layers = [{ cell: "gru", reset: "after", activation: "tanh", units: 768 } as const];
    const initialisation = { input: "zeros", recurrent: "zeros" } as const;
    const large = { ...experiment, model: { ...experiment.model, layers, initialisation } };
    const alone = await openRun(large, sineDataset());
    expect(alone.memory.bytes).toBeLessThan(2 ** 26);
    const many = [large, ...Array.from({ length: 63 }, (_, i) => ({ ...large, seed: i }))] as const;
    const refused = await openGroup(many, sineDataset()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "ProgramRefusedError", limitBytes: 2 ** 30 });
  });
});

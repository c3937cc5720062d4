/**
 * Runs side by side that go on from saved states, each at its own step: every one has what it has alone, bit for bit, also
 * through a file; they write symbols at the same time; and what does not fit is refused with its numbers.
 */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import type { Generator } from "../../src/engine/generation.ts";
import type { Run } from "../../src/engine/run.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { numbersOf, readSafetensors, writeSafetensors } from "../../src/interop/safetensors.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";
import { advanceGroup, GROUP_EXAMPLES, type GroupExample, openGroup, vary, withoutPlan } from "./group-examples.ts";

/** Steps at which the runs were saved: before and after the evaluation at step 10, and one that is new. */
const SAVED = [13, 0, 7];
const UNTIL = 40;

/** A state through a file and back. */
function throughFile(state: RunState, { model }: Pick<Run, "model">): RunState {
  const { tensors, metadata } = encodeCheckpoint(state, model);
  const file = readSafetensors(writeSafetensors(tensors, metadata));
  const stored = [...file.tensors].map(([name, one]) => [name, { shape: one.shape, data: numbersOf(one) }] as const);
  return decodeCheckpoint({ tensors: new Map(stored), metadata: file.metadata });
}

/** The state of a run alone at a step; null for step 0. */
async function saveAt(experiment: Experiment, { dataset }: Pick<GroupExample, "dataset">, step: number) {
  if (step === 0) return null;
  const run = await openRun(experiment, dataset);
  await advanceTo(run, step);
  return throughFile(await run.snapshot(), run);
}

describe.each(GROUP_EXAMPLES.map((example) => [example.name, example] as const))("%s", (_, example) => {
  test("go on at their own steps as they would alone", async () => {
    const experiments = vary(example.experiment, SAVED.length);
    const states = await Promise.all(experiments.map((own, i) => saveAt(own, example, SAVED[i] ?? 0)));
    const group = await openGroup(experiments, example.dataset, { states });
    expect([group.step, ...group.runs.map(({ step }) => step)]).toEqual([13, ...SAVED]);
    const outcomes = await advanceGroup(group, UNTIL);
    for (const [i, experiment] of experiments.entries()) {
      const [first, last] = [SAVED[i] ?? 0, UNTIL - 13 + (SAVED[i] ?? 0)];
      const alone = await openRun(experiment, example.dataset);
      const before = await advanceTo(alone, first);
      const after = await advanceTo(alone, last);
      expect(group.runs[i]?.step).toBe(last);
      expect(outcomes[i]?.losses).toEqual(after.losses);
      expect(before.losses).toHaveLength(first);
      expect(outcomes[i]?.evaluations).toEqual(after.evaluations);
      expect(outcomes[i]?.state).toEqual(withoutPlan(await alone.snapshot()));
    }
  });
});

test("one of them is saved, opened beside others, and opened alone, with the same future", async () => {
  const [first, second] = vary(exampleExperiment(), 2);
  const group = await openGroup([first, second ?? first], textDataset());
  await advanceGroup(group, 12);
  const state = await group.runs[1]?.snapshot();
  if (!state) throw new Error("no second run");
  const saved = throughFile(state, group);
  const [beside] = await advanceGroup(
    await openGroup([state.experiment, first], textDataset(), { states: [saved, null] }),
    30,
  );
  const alone = await openRun(state.experiment, textDataset(), { state: saved });
  expect((await advanceTo(alone, 30)).losses).toEqual(beside?.losses);
  const never = await openRun(state.experiment, textDataset());
  await advanceTo(never, 30);
  expect(beside?.state).toEqual(withoutPlan(await never.snapshot()));
});

test("prune and evaluate at their own steps", async () => {
  const pruning = { name: "once", step: 12, share: 0.4 } as const;
  const experiments = vary(exampleExperiment({ pruning }), 2);
  const states = [null, await saveAt(experiments[1] ?? experiments[0], { dataset: sineDataset() }, 12)];
  const outcomes = await advanceGroup(await openGroup(experiments, sineDataset(), { states }), 30);
  for (const [i, steps] of [18, 30].entries()) {
    const alone = await openRun(experiments[i] ?? experiments[0], sineDataset());
    await advanceTo(alone, steps);
    const state = await alone.snapshot();
    expect(outcomes[i]?.state).toEqual(withoutPlan(state));
    expect(state.prunings).toHaveLength(1);
  }
});

/** Draws symbols one by one, each time from all generators, with training in between. */
async function write(generators: readonly (Generator | null | undefined)[], train: (step: number) => Promise<unknown>) {
  const texts: number[][] = generators.map(() => []);
  for (const [i, generator] of generators.entries()) generator?.begin(3, i === 1 ? [2] : [0, 1, 2]);
  for (let step = 21; step <= 26; step++) {
    for (const [i, generator] of generators.entries()) texts[i]?.push((await generator?.next(1.5)) ?? -1);
    await train(step);
  }
  return texts;
}

test("write symbols all at once, while they train, as each does alone", async () => {
  const wild = exampleExperiment();
  const layers = [...wild.model.layers, { cell: "lstm", units: 5 } as const];
  const experiments = vary({ ...wild, model: { ...wild.model, layers } }, 3);
  const group = await openGroup(experiments, textDataset());
  await advanceGroup(group, 20);
  const texts = await write(
    group.runs.map(({ generator }) => generator),
    (step) => advanceGroup(group, step),
  );
  for (const [i, experiment] of experiments.entries()) {
    const alone = await openRun(experiment, textDataset());
    await advanceTo(alone, 20);
    const generators = experiments.map((_, other) => (other === i ? alone.generator : null));
    expect((await write(generators, (step) => advanceTo(alone, step)))[i]).toEqual(texts[i]);
    expect(withoutPlan(await alone.snapshot())).toEqual((await advanceGroup(group, 26))[i]?.state);
  }
  expect(new Set(texts.map(String)).size).toBeGreaterThan(1);
});

describe("states that do not fit", () => {
  const [first, second] = vary(exampleExperiment(), 2);
  const experiments = [first, second ?? first] as const;

  test("are refused where there is not one for each", async () => {
    await expect(openGroup(experiments, sineDataset(), { states: [null] })).rejects.toMatchObject({
      details: { path: "states", expected: "2 states", actual: "1" },
    });
  });

  test("are refused where another run was saved, with the numbers", async () => {
    const [layer] = first.model.layers;
    const smaller = { ...first, model: { ...first.model, layers: layer ? [layer] : [] } };
    const state = await saveAt(smaller, { dataset: sineDataset() }, 3);
    const alone = await openRun(first, sineDataset());
    await expect(openGroup(experiments, sineDataset(), { states: [null, state] })).rejects.toMatchObject({
      code: "file-mismatch",
      details: { what: "parameters", actual: state?.params.length, expected: alone.model.P },
    });
  });

  test("are refused where they were trained in other chunks", async () => {
    const dataset = sineDataset();
    const states = await Promise.all(experiments.map((own) => saveAt(own, { dataset }, 3)));
    const [whole, cut] = states.map((state, i) => (state ? { ...state, checkpoint: i === 0 ? null : 3 } : null));
    await expect(openGroup(experiments, dataset, { states: [whole ?? null, cut ?? null] })).rejects.toMatchObject({
      details: { path: "states.1.checkpoint", expected: "null", actual: "3" },
    });
  });
});

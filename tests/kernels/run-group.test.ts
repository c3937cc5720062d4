/** Runs side by side on WebGPU: each has the losses, evaluations and state that it has alone there, bit for bit. */
import { describe, expect, test, vi } from "vitest";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "../engine/examples.ts";
import { advanceAlone, advanceGroup, GROUP_EXAMPLES, openGroup, vary, withoutPlan } from "../engine/group-examples.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

vi.setConfig({ testTimeout: 120_000 });

const STEPS = 15;

describe.each(GROUP_EXAMPLES.map((example) => [example.name, example] as const))("%s", (_, { experiment, dataset }) => {
  test("1, 2, 3 and 8 side by side are the same as alone", async () => {
    const experiments = vary(experiment, 8);
    const alone = await Promise.all(experiments.map((own) => advanceAlone(own, dataset, STEPS, backend)));
    for (const count of [1, 2, 3, 8]) {
      const group = await openGroup(vary(experiment, count), dataset, { backend });
      const outcomes = await advanceGroup(group, STEPS);
      group.dispose();
      expect(outcomes).toEqual(alone.slice(0, count).map((one) => ({ ...one, faults: [] })));
    }
  });
});

test.each(GROUP_EXAMPLES.filter(({ name }) => name === "carried state" || name === "GRU on a text"))(
  "$name: runs go on at their own steps and write symbols as they do alone",
  async ({ experiment, dataset }) => {
    const experiments = vary(experiment, 3);
    const steps = [7, 0, 3];
    const alone = await Promise.all(experiments.map((own) => openRun(own, dataset, { backend })));
    for (const [i, run] of alone.entries()) await advanceTo(run, steps[i] ?? 0);
    const states = await Promise.all(alone.map((run) => run.snapshot()));
    const group = await openGroup(experiments, dataset, { backend, states });
    const outcomes = await advanceGroup(group, 22);
    const generators = group.runs.map(({ generator }) => generator);
    for (const generator of generators) generator?.begin(1, [0]);
    const texts: (number | undefined)[][] = generators.map(() => []);
    for (let k = 0; k < 4; k++) {
      for (const [i, generator] of generators.entries()) texts[i]?.push(await generator?.next(1));
    }
    group.dispose();
    for (const [i, run] of alone.entries()) {
      const { losses } = await advanceTo(run, 15 + (steps[i] ?? 0));
      expect(outcomes[i]?.losses).toEqual(losses);
      expect(outcomes[i]?.state).toEqual(withoutPlan(await run.snapshot()));
      run.generator?.begin(1, [0]);
      const text: (number | undefined)[] = [];
      for (let k = 0; k < 4; k++) text.push(await run.generator?.next(1));
      expect(texts[i]).toEqual(text);
      run.dispose();
    }
  },
);

test("a run that leaves the finite stops alone", async () => {
  const calm = exampleExperiment();
  const wild = exampleExperiment({ learningRate: 1e30, clipNorm: null });
  const group = await openGroup([calm, wild, calm], sineDataset(), { backend });
  const [before, stopped, behind] = await advanceGroup(group, 30);
  group.dispose();
  expect(stopped?.faults).toMatchObject([{ code: "not-finite" }]);
  const alone = await advanceAlone(calm, sineDataset(), 30, backend);
  expect(before).toEqual({ ...alone, faults: [] });
  expect(behind).toEqual(before);
});

/** Runs side by side on WebGPU: each has the losses, evaluations and state that it has alone there, bit for bit. */
import { describe, expect, test, vi } from "vitest";
import { exampleExperiment, sineDataset } from "../engine/examples.ts";
import { advanceAlone, advanceGroup, GROUP_EXAMPLES, openGroup, vary } from "../engine/group-examples.ts";
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

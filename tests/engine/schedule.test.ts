/** Schedules in a run: the rates that the optimizer reports, under a live change and through save and reopen. */
import { describe, expect, test } from "vitest";
import { advanceTo, exampleExperiment, type Journey, openRun, sineDataset } from "./examples.ts";

const ratesOf = ({ blocks }: Journey) => blocks.flatMap(({ learningRate }) => [...learningRate]);

describe("a schedule of the step", () => {
  const schedule = { name: "step", every: 10, gamma: 0.5 } as const;

  test("scales the learning rate, also the one that was set while the run went on", async () => {
    const run = await openRun(exampleExperiment({ schedule, learningRate: 0.5 }), sineDataset());
    const first = ratesOf(await advanceTo(run, 15));
    run.setLive("learningRate", 0.125);
    const rest = ratesOf(await advanceTo(run, 22));
    const repeat = (rate: number, count: number): number[] => new Array(count).fill(rate);
    expect(first).toEqual([...repeat(0.5, 10), ...repeat(0.25, 5)]);
    expect(rest).toEqual([...repeat(0.0625, 5), ...repeat(0.03125, 2)]);
  });

  test("may end at 0, where training stands still and steps go on", async () => {
    const toZero = { name: "polynomial", total: 5, power: 1 } as const;
    const run = await openRun(exampleExperiment({ schedule: toZero, evaluateEvery: 5 }), sineDataset());
    const { losses, evaluations, faults } = await advanceTo(run, 10);
    expect(losses).toHaveLength(10);
    expect(faults).toEqual([]);
    expect(evaluations[1]?.validationLoss).toBe(evaluations[0]?.validationLoss);
  });
});

describe("a plateau", () => {
  // No loss is below 0, so every evaluation after the first halves the rate.
  const schedule = { name: "plateau", factor: 0.5, patience: 0, threshold: 1, cooldown: 0, floor: 0 } as const;
  const experiment = exampleExperiment({ schedule, learningRate: 0.5, evaluateEvery: 3 });

  test("falls after evaluations and goes on from a saved state as if it had never stopped", async () => {
    const whole = await advanceTo(await openRun(experiment, sineDataset()), 13);
    expect(ratesOf(whole)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625]);
    const first = await openRun(experiment, sineDataset());
    const begin = await advanceTo(first, 8);
    const second = await openRun(experiment, sineDataset(), { state: await first.snapshot() });
    const rest = await advanceTo(second, 13);
    expect([...ratesOf(begin), ...ratesOf(rest)]).toEqual(ratesOf(whole));
    expect([...begin.losses, ...rest.losses]).toEqual(whole.losses);
  });
});

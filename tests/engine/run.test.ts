/**
 * Runs on the CPU player: they learn, their results do not depend on how the work was cut into chunks, a saved state
 * continues bit for bit, and live changes act where they were logged.
 */
import { describe, expect, test } from "vitest";
import { elementCount } from "../../src/core/dims.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const text = { ...exampleExperiment(), model: { ...exampleExperiment().model, head: "every" as const } };

describe("training", () => {
  test("the loss of a sine falls far below that of its mean", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    const { losses, evaluations } = await advanceTo(run, 300);
    // The mean of a sine leaves its variance, 1/2.
    expect(losses.length).toBe(300);
    expect(evaluations.at(-1)?.bestValidationLoss).toBeLessThan(0.02);
    expect(evaluations.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => 10 * (i + 1)));
  });

  test("the loss of a certain text falls far below log 3", async () => {
    const run = await openRun(text, textDataset());
    const { losses } = await advanceTo(run, 200);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.05);
  });

  test("chunks of any size give the same bits", async () => {
    const single = await openRun(exampleExperiment(), sineDataset(), { chunkMs: 0 });
    const grown = await openRun(exampleExperiment(), sineDataset());
    const [a, b] = [await advanceTo(single, 60), await advanceTo(grown, 60)];
    expect(Math.max(...a.blocks.map(({ count }) => count))).toBe(1);
    expect(Math.max(...b.blocks.map(({ count }) => count))).toBeGreaterThan(1);
    expect(a.losses).toEqual(b.losses);
    expect((await single.snapshot()).params).toEqual((await grown.snapshot()).params);
  });

  test("the metrics ring may turn over many times", async () => {
    const experiment = exampleExperiment({ evaluateEvery: 100000, batch: 1 });
    const small = { ...experiment, model: { ...experiment.model, layers: experiment.model.layers.slice(1) } };
    const run = await openRun(small, sineDataset());
    const { losses, faults } = await advanceTo(run, 9000);
    expect(losses.length).toBe(9000);
    expect(losses.every((loss) => loss > 0)).toBe(true);
    expect(faults).toEqual([]);
  });

  test("weights start as the experiment says", async () => {
    const experiment = exampleExperiment();
    const initialisation = { input: "zeros", recurrent: "identity" } as const;
    const run = await openRun({ ...experiment, model: { ...experiment.model, initialisation } }, sineDataset());
    const { params } = await run.snapshot();
    const start = (name: string) => {
      const segment = run.model.segments.find((other) => other.name === name);
      return segment && [...params.slice(segment.offset, segment.offset + elementCount(segment.shape))];
    };
    expect(start("layers.0.W")).toEqual(Array.from({ length: 24 }, () => 0));
    // U [5, 15] of the second layer: one identity beside the other.
    expect(start("layers.1.U")).toEqual(
      Array.from({ length: 75 }, (_, i) => ((i % 15) % 5 === Math.floor(i / 15) ? 1 : 0)),
    );
  });

  test("another seed is another run", async () => {
    const [a, b] = await Promise.all(
      [1, 2].map(async (seed) => advanceTo(await openRun({ ...exampleExperiment(), seed }, sineDataset()), 5)),
    );
    expect(a?.losses).not.toEqual(b?.losses);
  });
});

describe("a saved state", () => {
  test.each(["adam", "rmsprop", "sgd"] as const)("continues bit for bit with %s", async (name) => {
    const optimizer =
      name === "sgd" ? { ...USUAL_OPTIMIZERS[name], momentum: 0.9, nesterov: true } : USUAL_OPTIMIZERS[name];
    const experiment = exampleExperiment({ optimizer, learningRate: 0.01, clipValue: 0.05 });
    const whole = await openRun(experiment, sineDataset());
    const first = await openRun(experiment, sineDataset());
    const expected = await advanceTo(whole, 55);
    const begin = await advanceTo(first, 23);
    const state = await first.snapshot();
    const second = await openRun(experiment, sineDataset(), { state });
    const rest = await advanceTo(second, 55);
    expect([...begin.losses, ...rest.losses]).toEqual(expected.losses);
    expect([...begin.evaluations, ...rest.evaluations]).toEqual(expected.evaluations);
    expect(await second.snapshot()).toEqual(await whole.snapshot());
  });

  test("taken at an evaluation step is not evaluated again", async () => {
    const first = await openRun(exampleExperiment(), sineDataset());
    await advanceTo(first, 20);
    const second = await openRun(exampleExperiment(), sineDataset(), { state: await first.snapshot() });
    expect((await advanceTo(second, 30)).evaluations.map(({ step }) => step)).toEqual([30]);
  });

  test("of another model is refused with its lengths", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    const state = await run.snapshot();
    const other = { ...state, params: new Float32Array(state.params.length + 64) };
    await expect(openRun(exampleExperiment(), sineDataset(), { state: other })).rejects.toMatchObject({
      code: "file-mismatch",
      details: { what: "parameters", actual: state.params.length + 64, expected: state.params.length },
    });
  });

  test("for recovery is read every two seconds and leads to the same losses", async () => {
    let clock = 0;
    const now = () => (clock += 400);
    const run = await openRun(exampleExperiment(), sineDataset(), { now });
    const { losses } = await advanceTo(run, 40);
    const { recovery } = run;
    expect(recovery.step).toBeGreaterThan(0);
    const again = await openRun(exampleExperiment(), sineDataset(), { state: recovery });
    expect((await advanceTo(again, 40)).losses).toEqual(losses.slice(recovery.step));
  });
});

describe("live changes", () => {
  test("act from the logged step on and are replayed", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    await advanceTo(run, 15);
    expect(run.setLive("learningRate", 0.001)).toEqual({ step: 15, field: "learningRate", value: 0.001 });
    run.setLive("clipNorm", null);
    const after = await advanceTo(run, 30);
    const rates = after.blocks.flatMap(({ learningRate }) => [...learningRate]);
    expect(new Set(rates)).toEqual(new Set([Math.fround(0.001)]));
    expect(after.blocks.every(({ clipFactor }) => clipFactor.every((factor) => factor === 1))).toBe(true);

    const fresh = await openRun(exampleExperiment(), sineDataset());
    const state = { ...(await fresh.snapshot()), live: run.live };
    const replayed = await openRun(exampleExperiment(), sineDataset(), { state });
    const journey = await advanceTo(replayed, 30);
    expect(journey.losses.slice(15)).toEqual(after.losses);
    expect((await replayed.snapshot()).params).toEqual((await run.snapshot()).params);
  });

  test("switch clipping by value on and off, and count what it cuts off", async () => {
    const run = await openRun(exampleExperiment({ clipNorm: null }), sineDataset(), { chunkMs: 1000 });
    await advanceTo(run, 12);
    run.setLive("clipValue", 1e-6);
    await advanceTo(run, 15);
    run.setLive("clipValue", null);
    await advanceTo(run, 20);
    // Played again in chunks that begin before the change: counts of earlier turns of the ring must not shine through.
    const state = { ...(await (await openRun(exampleExperiment(), sineDataset())).snapshot()), live: run.live };
    const again = await openRun(exampleExperiment({ clipNorm: null }), sineDataset(), { state, chunkMs: 1000 });
    const { blocks } = await advanceTo(again, 20);
    const shares = blocks.flatMap(({ clippedShare }) => [...clippedShare]);
    expect(shares.map((share) => share > 0)).toEqual(Array.from({ length: 20 }, (_, step) => step >= 12 && step < 15));
    // Next to no gradient of this model is as small as a millionth.
    expect(shares.slice(12, 15).every((share) => share > 0.9 && share <= 1)).toBe(true);
  });

  test("outside the schema's range are refused and change nothing", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    for (const value of [0, -1, Number.NaN, 1e7, null]) {
      expect(() => run.setLive("learningRate", value)).toThrow(
        expect.objectContaining({
          code: "experiment-invalid",
          details: {
            path: "training.learningRate",
            expected: "a number from 1e-7 to 1000000",
            actual: String(value),
          },
        }),
      );
    }
    expect(run.live).toEqual([]);
  });
});

describe("data that does not fit", () => {
  test.each(["train", "validation", "test"] as const)("no %s window is refused", async (part) => {
    const dataset = sineDataset();
    const empty = { ...dataset, windows: { ...dataset.windows, [part]: new Uint32Array() } };
    await expect(openRun(exampleExperiment(), empty)).rejects.toMatchObject({
      code: "data-too-short",
      details: { rows: 240, needed: 18, length: 6 },
    });
  });

  test("a batch beyond the device is refused with the bytes", async () => {
    const experiment = exampleExperiment({ batch: 1024 });
    const units = { cell: "gru", reset: "after", activation: "tanh", units: 1024 } as const;
    const large = { ...experiment, model: { ...experiment.model, layers: [units, units, units, units] } };
    const { windows } = sineDataset();
    const first = Uint32Array.of(0);
    const dataset = {
      ...sineDataset(),
      length: 240,
      windows: { ...windows, train: first, validation: first, test: first },
    };
    await expect(openRun(large, dataset)).rejects.toMatchObject({ name: "ProgramRefusedError", limitBytes: 2 ** 30 });
  });
});

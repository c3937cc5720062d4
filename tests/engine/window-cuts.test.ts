/**
 * Runs whose windows are not kept whole: the same bits every time, the same predictions as whole ones, checkpoints by
 * themselves where the device is too small, and what cannot be cut refused with the reason.
 */
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import { ProgramRefusedError } from "../../src/core/errors.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import { layOutMemory } from "../../src/core/liveness.ts";
import type { Program } from "../../src/core/program.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const bytesOf = (program: Program) => layOutMemory(program).bytes;

/** The CPU backend with room for `limit` bytes. */
function smallBackend(limit: number): Backend {
  const backend = createReferenceBackend();
  return {
    ...backend,
    async create(program, plan, progress) {
      const bytes = bytesOf(program);
      if (bytes > limit) throw new ProgramRefusedError("all tensors", bytes, limit);
      return backend.create(program, plan, progress);
    },
  };
}

describe.each<Partial<Experiment["training"]>>([
  { checkpoint: 4 },
  { truncate: 2 },
  { state: "carried", checkpoint: 2 },
  { state: "carried", truncate: 4, checkpoint: 3 },
])("a run with %j", (changes) => {
  const experiment = exampleExperiment({ ...changes, evaluateEvery: 5 });

  test("repeats bit for bit, whatever the size of its chunks of steps", async () => {
    const once = await advanceTo(await openRun(experiment, sineDataset()), 20);
    const again = await advanceTo(await openRun(experiment, sineDataset(), { chunkMs: 0 }), 20);
    expect(again.losses).toEqual(once.losses);
    expect(again.evaluations).toEqual(once.evaluations);
    expect(once.losses.every(Number.isFinite)).toBe(true);
  });

  test.each([
    ["every", sineDataset],
    ["last", sineDataset],
    ["every", textDataset],
  ] as const)("with the head at %s says what whole windows say before the first step", async (head, dataset) => {
    const { model } = experiment;
    const cut = { ...experiment, model: { ...model, head } };
    const whole = { ...cut, training: { ...cut.training, truncate: null, checkpoint: "never" as const } };
    for (const scoredSteps of ["last", "every"] as const) {
      const [got, expected] = await Promise.all(
        [cut, whole].map(async (chosen) => (await openRun(chosen, dataset(), { scoredSteps })).evaluate()),
      );
      expect(got).toEqual(expected);
    }
  });
});

describe("checkpoints by themselves", () => {
  // Windows of 6 steps: checkpoints every 3.
  const experiment = exampleExperiment({ batch: 64 });

  test("are there only where whole windows do not fit, and say what they save", async () => {
    const roomy = await openRun(experiment, sineDataset());
    const { bytes } = roomy.memory;
    expect(roomy.memory).toEqual({ bytes: bytesOf(roomy.program), wholeBytes: bytes, checkpoint: null });
    const backend = smallBackend(bytes - 1);
    const sparing = await openRun(experiment, sineDataset(), { backend });
    expect(sparing.memory).toEqual({ bytes: bytesOf(sparing.program), wholeBytes: bytes, checkpoint: 3 });
    expect(sparing.memory.bytes).toBeLessThan(bytes);
    // f32 sums in another order.
    const losses = (await advanceTo(sparing, 10)).losses;
    const expected = (await advanceTo(roomy, 10)).losses;
    for (const [step, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[step] ?? Number.NaN, 5);
  });

  test("stay when a run goes on where there is more room", async () => {
    const { memory } = await openRun(experiment, sineDataset());
    const sparing = await openRun(experiment, sineDataset(), { backend: smallBackend(memory.bytes - 1) });
    await advanceTo(sparing, 5);
    const state = await sparing.snapshot();
    const again = await openRun(experiment, sineDataset(), { state });
    expect(again.memory.checkpoint).toBe(3);
    expect((await advanceTo(again, 12)).losses).toEqual((await advanceTo(sparing, 12)).losses);
  });

  test("are not made where they are not wanted, or do not suffice", async () => {
    const { memory } = await openRun(experiment, sineDataset());
    const backend = smallBackend(memory.bytes - 1);
    const never = exampleExperiment({ batch: 64, checkpoint: "never" });
    await expect(openRun(never, sineDataset(), { backend })).rejects.toThrow(ProgramRefusedError);
    await expect(openRun(experiment, sineDataset(), { backend: smallBackend(1000) })).rejects.toThrow(
      expect.objectContaining({ limitBytes: 1000 }),
    );
  });
});

describe("a full batch", () => {
  test("has every training window, so that an epoch is a step", async () => {
    const run = await openRun(exampleExperiment({ batch: "all" }), textDataset(), { chunkMs: 0 });
    expect(run.spec.B).toBe(60);
    const { blocks } = await advanceTo(run, 4);
    expect(blocks.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  test("is refused with the numbers where there are too many windows", async () => {
    const dataset = sineDataset();
    const train = new Uint32Array(16_385);
    await expect(
      openRun(exampleExperiment({ batch: "all" }), { ...dataset, windows: { ...dataset.windows, train } }),
    ).rejects.toMatchObject({
      code: "experiment-invalid",
      details: {
        path: "training.batch",
        expected: "a number: a full batch has at most 16384 training windows",
        actual: "all of 16385",
      },
    });
  });

  test("carries nothing on", async () => {
    await expect(openRun(exampleExperiment({ batch: "all", state: "carried" }), sineDataset())).rejects.toMatchObject({
      details: { path: "training.batch", actual: "all" },
    });
  });
});

describe("what is refused", () => {
  test.each([
    ["training.state", { state: "carried" }],
    ["training.truncate", { truncate: 3 }],
    ["training.checkpoint", { checkpoint: 2 }],
  ] as const)("%s where a layer reads in both directions", async (path, changes) => {
    const experiment = exampleExperiment(changes);
    const layers = experiment.model.layers.map((layer) => ({ ...layer, direction: "both" as const }));
    const both = { ...experiment, model: { ...experiment.model, layers } };
    await expect(openRun(both, sineDataset())).rejects.toMatchObject({
      code: "experiment-invalid",
      details: { path },
    });
  });

  test("more parts of a window than a Program can have", async () => {
    const dataset = { ...sineDataset(), length: 1030, mask: new Float32Array(2000) };
    const windows = { train: Uint32Array.of(0), validation: Uint32Array.of(0), test: Uint32Array.of(0) };
    const long = { ...dataset, windows };
    await expect(openRun(exampleExperiment({ truncate: 2 }), long)).rejects.toMatchObject({
      details: { path: "training.truncate", actual: 2 },
    });
  });
});

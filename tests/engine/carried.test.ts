/**
 * Carried state: two windows that follow one another compute what one window of both would, gradients stop at the border,
 * and the carried states are as much part of a run as its parameters.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { LayerChoice } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { CARRIED } from "../../src/engine/carried-state.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const T = 4;
const B = 3;
const D = 2;
const R = 2 * T * B;
const LAYERS: readonly LayerChoice[] = [
  { cell: "lstm", units: 3 },
  { cell: "gru", reset: "before", activation: "tanh", units: 4 },
];
/** Nothing moves: what differs between two steps is the state alone. */
const STILL = {
  ...{ learningRate: 0, clip: 0, clipValue: 0, l1: 0, slot: 0, momentum: 0, nesterov: 0, first: 1, weightDecay: 0 },
};

/** A Program in f64 whose windows of `steps` rows begin where `starts` says. */
function play(steps: number, carried: boolean) {
  const spec: ProgramSpec = {
    ...{ layers: LAYERS, inputWidth: D, outputs: 2, input: "features", head: "every", loss: { name: "mse" } },
    ...{ optimizer: USUAL_OPTIMIZERS.sgd, T: steps, B, R, K: 2, M: 1, probeLength: 0, generate: false, carried },
  };
  const { program } = buildProgram(spec);
  const bound = bindProgram(program, 64);
  const floats = (name: string) => {
    const array = bound.tensors.get(name);
    if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
    return array;
  };
  floats("params").set(seededArray("params", floats("params").length, 0.8));
  floats("data.input").set(seededArray("input", R * D));
  floats("data.target").set(seededArray("target", R * 2));
  floats("data.mask").fill(1);
  // Batch row b reads rows 2·T·b …; the second batch of the ring continues the first.
  const starts = Uint32Array.from({ length: 2 * B }, (_, i) => 2 * T * (i % B) + T * Math.floor(i / B));
  bound.tensors.get("starts")?.set(starts);
  return { ...bound, floats };
}

describe("two windows with carried state", () => {
  const long = play(2 * T, false);
  long.play("forward", { slot: 0, live: B });
  const short = play(T, true);
  short.play("forward", { slot: 0, live: B, resume: 0 });
  short.play("backward", {});
  short.play("update", STILL);
  short.play("forward", { slot: 1, live: B, resume: 1 });

  test.each([
    ["h of layer 1", TENSOR.h(0), 3],
    ["c of layer 1", TENSOR.state(0, "c"), 3],
    ["h of layer 2", TENSOR.h(1), 4],
  ])("have the states of one window of both: %s", (_name, tensor, H) => {
    const second = long.floats(tensor).subarray(T * B * H);
    expect(second.some((value) => value !== 0)).toBe(true);
    expect([...short.floats(tensor)]).toEqual([...second]);
  });

  test("have gradients that stop at the border", () => {
    short.play("backward", {});
    const got = short.floats("grads").slice();
    // What was carried stays as it is while the parameters move: it is detached.
    const reference = differentiate(() => {
      short.play("forward", { slot: 1, live: B, resume: 1 });
      return short.floats("loss")[0] ?? Number.NaN;
    }, short.floats("params"));
    assertClose("grads", got, reference);
  });

  test("are not disturbed by an evaluation, which starts from 0", () => {
    const before = short.floats(CARRIED).slice();
    short.play("evaluate", { slot: 0, live: B, resume: 0 });
    expect([...short.floats(CARRIED)]).toEqual([...before]);
    const first = long.floats(TENSOR.h(1)).subarray(0, (T + 1) * B * 4);
    expect([...short.floats(TENSOR.h(1))]).toEqual([...first]);
  });

  test("keep nothing of a step that raised a flag", () => {
    const before = short.floats(CARRIED).slice();
    short.play("forward", { slot: 1, live: B, resume: 1 });
    short.tensors.get("flags")?.set([1]);
    short.play("update", STILL);
    expect([...short.floats(CARRIED)]).toEqual([...before]);
    short.tensors.get("flags")?.set([0]);
    short.play("update", STILL);
    expect([...short.floats(CARRIED)]).not.toEqual([...before]);
  });
});

describe("a run with carried state", () => {
  const experiment = exampleExperiment({ state: "carried", evaluateEvery: 5 });

  test("repeats bit for bit, whatever the size of its chunks", async () => {
    const once = await advanceTo(await openRun(experiment, sineDataset()), 30);
    const again = await advanceTo(await openRun(experiment, sineDataset(), { chunkMs: 0 }), 30);
    expect(again.losses).toEqual(once.losses);
    expect(again.evaluations).toEqual(once.evaluations);
  });

  // 185 rows, four streams of seven windows of six steps.
  test.each([
    [13, true],
    [14, false],
  ])("at step %i reads what was carried: %s", async (step, reads) => {
    const run = await openRun(experiment, sineDataset());
    await advanceTo(run, step);
    const state = await run.snapshot();
    const { losses } = await advanceTo(run, step + 1);
    const emptied = { ...state, carried: new Float32Array(state.carried.length) };
    const again = await advanceTo(await openRun(experiment, sineDataset(), { state: emptied }), step + 1);
    expect(again.losses[0] === losses[0]).toBe(!reads);
  });

  test("starts its streams at 0 after going back to the best state", async () => {
    const run = await openRun(experiment, sineDataset());
    await advanceTo(run, 13);
    expect((await run.snapshot()).carried.some((value) => value !== 0)).toBe(true);
    await run.restoreBest();
    expect((await run.snapshot()).carried.every((value) => value === 0)).toBe(true);
  });

  test("counts epochs by its streams", async () => {
    // 65 rows, four streams of two windows of six steps.
    const { blocks } = await advanceTo(await openRun(experiment, textDataset(), { chunkMs: 0 }), 6);
    expect(blocks.map(({ epoch }) => epoch)).toEqual([0.5, 1, 1.5, 2, 2.5, 3]);
  });

  test("is refused where windows do not follow one another", async () => {
    const { stream: _none, ...separate } = sineDataset();
    await expect(openRun(experiment, separate)).rejects.toMatchObject({
      code: "experiment-invalid",
      details: { path: "training.state", actual: "carried" },
    });
  });
});

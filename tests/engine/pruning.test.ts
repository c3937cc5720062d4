/**
 * Pruning in a run, on the CPU player: pruned weights stay exactly 0 through every optimizer, the gradients of the others
 * are those of the pruned model, and a run that is saved, reopened or recovered prunes as the one that never stopped.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { countPruned, prunableParts } from "../../src/engine/pruning.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";
import { advanceTo, exampleExperiment, HARD_OPTIMIZERS, openRun, sineDataset } from "./examples.ts";

const once = { name: "once", share: 0.6, step: 10 } as const;
const cubic = { name: "cubic", share: 0.75, from: 5, every: 7, times: 4 } as const;

describe.each(HARD_OPTIMIZERS)("with %s", (_name, optimizer) => {
  test("pruned weights are exactly 0 a hundred steps later, the others have trained on", async () => {
    const run = await openRun(exampleExperiment({ optimizer, pruning: once, learningRate: 0.01 }), sineDataset());
    await advanceTo(run, 10);
    const { mask, params } = await run.snapshot();
    if (!mask) throw new Error("a pruning run has a mask");
    for (const part of prunableParts(run.model)) expect(countPruned(part, mask)).toBe(Math.round(0.6 * part.weights));
    const { losses } = await advanceTo(run, 110);
    expect(losses.length).toBe(100);
    const after = await run.snapshot();
    expect(after.mask).toEqual(mask);
    // Object.is tells −0 from 0.
    const pruned = [...mask.keys()].filter((p) => mask[p] === 0);
    expect(pruned.every((p) => Object.is(after.params[p], 0))).toBe(true);
    const moved = [...mask.keys()].filter((p) => mask[p] === 1 && after.params[p] !== params[p]);
    const trained = run.model.parameters - pruned.length;
    expect(moved.length).toBeGreaterThan(0.9 * trained);
  });

  test("a run saved between two prunings continues bit for bit", async () => {
    const experiment = exampleExperiment({ optimizer, pruning: cubic, learningRate: 0.01 });
    const whole = await openRun(experiment, sineDataset());
    const expected = await advanceTo(whole, 45);
    const first = await openRun(experiment, sineDataset());
    const begin = await advanceTo(first, 22);
    const state = decodeCheckpoint(encodeCheckpoint(await first.snapshot(), first.model));
    expect(state.prunings.map(({ step }) => step)).toEqual([12, 19]);
    const second = await openRun(experiment, sineDataset(), { state });
    const rest = await advanceTo(second, 45);
    expect([...begin.losses, ...rest.losses]).toEqual(expected.losses);
    expect(await second.snapshot()).toEqual(await whole.snapshot());
  });
});

describe("a pruning", () => {
  test("is made at the steps of its schedule only, each time with what it cost", async () => {
    const run = await openRun(exampleExperiment({ pruning: cubic, evaluateEvery: 1000 }), sineDataset());
    const { evaluations } = await advanceTo(run, 60);
    expect(run.prunings.map(({ step }) => step)).toEqual([12, 19, 26, 33]);
    // 0.75 (1 − (1 − i/4)³)
    const shares = [37, 56, 63, 64].map((part) => (0.75 * part) / 64);
    run.prunings.forEach(({ share, parts, lossAfter }, i) => {
      expect(share).toBeCloseTo(shares[i] ?? Number.NaN, 12);
      for (const { weights, zeros } of parts) expect(zeros).toBe(Math.round(share * weights));
      expect(parts.map(({ name }) => name)).toEqual(["layers.0", "layers.1", "head"]);
      expect(evaluations[i]).toMatchObject({ step: run.prunings[i]?.step, validationLoss: lossAfter });
    });
  });

  test("of one part alone costs what that part says", async () => {
    const experiment = exampleExperiment({ pruning: once, evaluateEvery: 1000 });
    const run = await openRun(experiment, sineDataset());
    await advanceTo(run, 9);
    const before = await run.snapshot();
    await advanceTo(run, 10);
    const [pruning] = run.prunings;
    const { mask, params } = await run.snapshot();
    if (!pruning || !mask) throw new Error("pruned at step 10");
    // The parameters just before: one more step from the state before, without pruning.
    const dense = exampleExperiment({ evaluateEvery: 1000 });
    const twin = await openRun(dense, sineDataset(), { state: { ...before, mask: null } });
    await advanceTo(twin, 10);
    const whole = await twin.snapshot();
    expect((await twin.evaluate()).validationLoss).toBe(pruning.lossBefore);
    for (const part of prunableParts(run.model)) {
      const alone = whole.params.slice();
      for (const { offset, shape } of part.segments) {
        const length = shape.reduce((product, extent) => product * extent, 1);
        for (let p = offset; p < offset + length; p++) if (mask[p] === 0) alone[p] = 0;
      }
      const judge = await openRun(dense, sineDataset(), { state: { ...whole, params: alone } });
      const { loss } = pruning.parts.find(({ name }) => name === part.name) ?? {};
      expect((await judge.evaluate()).validationLoss).toBe(loss);
    }
    expect(params).toEqual(whole.params.map((value, p) => (mask[p] === 0 ? 0 : value)));
  });

  test("makes the pruned model the best one: the best before had more weights", async () => {
    const run = await openRun(exampleExperiment({ pruning: { ...once, share: 0.95 } }), sineDataset());
    await advanceTo(run, 10);
    expect(run.best?.step).toBe(10);
    expect(run.best?.params).toEqual((await run.snapshot()).params);
    await run.restoreBest();
    const { mask, params } = await run.snapshot();
    expect(mask?.every((kept, p) => kept === 1 || Object.is(params[p], 0))).toBe(true);
  });

  test("is made again after the loss of a device, from the state before it", async () => {
    let clock = 0;
    const now = () => (clock += 400);
    const experiment = exampleExperiment({ pruning: { ...once, step: 30 } });
    const run = await openRun(experiment, sineDataset(), { now });
    const { losses } = await advanceTo(run, 40);
    const before = await openRun(experiment, sineDataset(), { now });
    await advanceTo(before, 28);
    const { recovery } = before;
    expect(recovery.prunings).toEqual([]);
    expect(recovery.mask?.every((kept) => kept === 1)).toBe(true);
    const again = await openRun(experiment, sineDataset(), { state: recovery });
    expect((await advanceTo(again, 40)).losses).toEqual(losses.slice(recovery.step));
    expect(again.prunings).toEqual(run.prunings);
  });

  test("keeps a mask in the file that is refused when it is none", async () => {
    const run = await openRun(exampleExperiment({ pruning: once }), sineDataset());
    const checkpoint = encodeCheckpoint(await run.snapshot(), run.model);
    const tensors = new Map(checkpoint.tensors);
    const stored = tensors.get("mask.head.W");
    if (!stored) throw new Error("the head has a mask");
    tensors.set("mask.head.W", { ...stored, data: stored.data.map(() => 0.5) });
    const details = expect.objectContaining({ tensor: "mask.head.W", expected: "0 and 1 only" });
    expect(() => decodeCheckpoint({ ...checkpoint, tensors })).toThrow(expect.objectContaining({ details }));
  });
});

test("with the mask fixed, gradients are those of the loss of the pruned model", async () => {
  const run = await openRun(exampleExperiment({ pruning: once }), sineDataset());
  const { program, model } = buildProgram(run.spec);
  const { tensors, play } = bindProgram(program, 64);
  const floats = (name: string) => {
    const array = tensors.get(name);
    if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
    return array;
  };
  const { input, target, mask: counted } = sineDataset();
  floats("data.input").set(input.rows);
  floats("data.target").set(target.rows);
  floats("data.mask").set(counted);
  tensors.get("starts")?.set([3, 50, 7, 120]);
  const free = floats(TENSOR.parameters);
  free.set(seededArray("params", model.P, 0.8));
  const mask = floats(TENSOR.pruningMask).fill(1);
  for (const { segments } of prunableParts(model)) {
    for (const { offset, shape } of segments) {
      const length = shape.reduce((product, extent) => product * extent, 1);
      for (let p = offset; p < offset + length; p += 3) mask[p] = 0;
    }
  }
  const unmasked = free.slice();
  const scalars = { slot: 0, live: run.spec.B };
  const lossOf = () => {
    // The loss as a function of all weights, of which the mask lets only some through.
    const whole = free.slice();
    free.forEach((value, p) => {
      free[p] = mask[p] === 0 ? 0 : value;
    });
    play("forward", scalars);
    const loss = floats("loss")[0] ?? Number.NaN;
    free.set(whole);
    return loss;
  };
  const reference = differentiate(lossOf, free);
  free.set(unmasked.map((value, p) => (mask[p] === 0 ? 0 : value)));
  play("forward", scalars);
  play("backward", {});
  const got = floats(TENSOR.gradients);
  expect(got.filter((_, p) => mask[p] === 0).every((g) => Object.is(g, 0))).toBe(true);
  expect(reference.filter((g) => g !== 0).length).toBeGreaterThan(100);
  assertClose("grads", got, reference);
});

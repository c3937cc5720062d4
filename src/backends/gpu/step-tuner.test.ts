/** Whole training steps against their calls one by one, on a scripted device: the faster wins, and is remembered either way. */
import { beforeEach, expect, test } from "vitest";
import type { PlanMemory, TuneOptions } from "../../core/backend.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { PhaseName, Plan, PlannedOperation, Program } from "../../core/program.ts";
import { TRAINING_STEPS } from "../../operations/training-steps.ts";
import { createReferencePlayer } from "../reference/player.ts";
import { raceSteps, tuneSteps } from "./step-tuner.ts";

const program: Program = {
  tensors: [
    { name: "mask", type: "f32", shape: [4], role: "batch" },
    { name: "count", type: "f32", shape: [1], role: "metrics" },
    { name: "grads", type: "f32", shape: [64], role: "gradients" },
    { name: "norm", type: "f32", shape: [1], role: "metrics" },
    { name: "flags", type: "u32", shape: [1], role: "metrics" },
  ],
  phases: {
    forward: [
      {
        operation: "mask-count",
        label: "batch",
        numbers: { N: 4 },
        tensors: { mask: { tensor: "mask" }, count: { tensor: "count" } },
      },
    ],
    update: [
      {
        operation: "gradient-norm",
        label: "optimizer",
        numbers: { P: 64, flagBit: 1 },
        tensors: { grads: { tensor: "grads" }, norm: { tensor: "norm" }, flags: { tensor: "flags" } },
      },
    ],
  },
};

let ms = 0;
let opened = 0;
const remembered = new Map<string, PlannedOperation>();
beforeEach(() => {
  ms = 0;
  opened = 0;
  remembered.clear();
});

const memory: PlanMemory = {
  recall: (key) => remembered.get(key),
  remember: (key, planned) => remembered.set(key, planned),
};

/** Tunes on a device where a measurement takes so many milliseconds. */
function tune(calls: number, micro: number, changes: Partial<TuneOptions> = {}, tuned = program): Promise<Plan> {
  const create = async (sample: Program, plan: Plan) => {
    opened++;
    return {
      ...createReferencePlayer(sample),
      playSteps: (_: readonly PhaseName[], count: number) => {
        ms += count * (plan[TRAINING_STEPS] ? micro : calls);
      },
    };
  };
  const options = { now: () => ms, memory, skipped: () => false, progress: () => undefined, limitMs: 2000, ...changes };
  return tuneSteps({ program: tuned, plan: {}, software: true, adapter: "scripted", create }, options);
}

test("takes whole steps where they are clearly faster, and remembers it", async () => {
  const plan = await tune(4, 2);
  expect(plan).toEqual({ [TRAINING_STEPS]: { implementation: "micro", sizes: { WORKGROUP_SIZE: 4 } } });
  expect(opened).toBe(2);
  expect(await tune(1, 9)).toEqual(plan);
  expect(opened).toBe(2);
});

test("leaves the calls where they are not slower, and remembers that too", async () => {
  expect(await tune(4, 3.9)).toEqual({});
  expect(await tune(9, 1)).toEqual({});
  expect(opened).toBe(2);
});

test("what has been compiled is measured, also where compiling took all of the time", async () => {
  const slow = async (sample: Program, plan: Plan) => {
    ms += 1500;
    return {
      ...createReferencePlayer(sample),
      playSteps: (_: readonly PhaseName[], count: number) => {
        ms += count * (plan[TRAINING_STEPS] ? 1 : 2);
      },
    };
  };
  const options = { now: () => ms, memory, skipped: () => false, progress: () => undefined, limitMs: 2000 };
  const plan = await tuneSteps({ program, plan: {}, software: true, adapter: "scripted", create: slow }, options);
  expect(plan[TRAINING_STEPS]?.implementation).toBe("micro");
  expect(ms).toBeLessThan(3000 + 200);
});

test("measures nothing without time, when skipped, or where the kernel cannot play the steps", async () => {
  expect(await tune(4, 1, { limitMs: 1000 })).toEqual({});
  expect(await tune(4, 1, { skipped: () => true })).toEqual({});
  const { update: _, ...phases } = program.phases;
  expect(await tune(4, 1, {}, { ...program, phases })).toEqual({});
  expect(opened).toBe(0);
  expect(remembered.size).toBe(0);
});

test("the fastest of several plans is told by whole steps; the first unless another is clearly faster", async () => {
  const rank = (...times: readonly number[]) => {
    const create = async (sample: Program, plan: Plan) => ({
      ...createReferencePlayer(sample),
      playSteps: (_: readonly PhaseName[], count: number) => {
        ms += count * (times[plan.place?.sizes.AT ?? 0] ?? Number.NaN);
      },
    });
    const plans = times.map((_, AT): Plan => ({ place: { implementation: "scripted", sizes: { AT } } }));
    const options = { now: () => ms, memory, skipped: () => false, progress: () => undefined, limitMs: 2000 };
    return raceSteps({ program, create }, plans, options);
  };
  expect(await rank(30, 20)).toBe(1);
  expect(await rank(30, 29)).toBe(0);
  expect(await rank(900, 300)).toBeUndefined();
});

test("two copies that the device has no memory for measure nothing, and the first is given back", async () => {
  let held = 0;
  const create = async (sample: Program) => {
    if (held > 0) throw new ProgramRefusedError("grads", 2, 1);
    held++;
    return { ...createReferencePlayer(sample), dispose: () => held-- };
  };
  const options = { now: () => ms, memory, skipped: () => false, progress: () => undefined, limitMs: 2000 };
  expect(await raceSteps({ program, create }, [{}, {}], options)).toBeUndefined();
  expect(held).toBe(0);
});

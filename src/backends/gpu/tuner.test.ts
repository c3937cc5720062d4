/**
 * The tuner with a scripted device: what is measured, in which order, what wins, what is remembered, and when it gives up.
 * The registry is extended by implementations whose speed the test decides; their kernels are never compiled.
 */
import { beforeEach, expect, test, vi } from "vitest";
import type { PlanMemory, TuneOptions } from "../../core/backend.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { Implementation, Kernel } from "../../core/operation.ts";
import {
  type OperationCall,
  type PhaseName,
  type Plan,
  type PlannedOperation,
  type Program,
  plannedFor,
} from "../../core/program.ts";
import { createReferencePlayer } from "../reference/player.ts";
import { planDefaults } from "./plan.ts";
import { tunePlan } from "./tuner.ts";

const added = vi.hoisted((): Record<string, Implementation> => {
  const kernel = (file: string, sizes: Record<string, number>): Kernel => ({
    ...{ file, bindings: [], scalars: [], sizes },
    grid: ({ N = Number.NaN }) => [N, 1, 1],
    trips: () => 1,
  });
  return {
    wide: {
      passes: [{ kernels: [kernel("row-norm.wide", { WORKGROUP_SIZE: 16, R: 2 })] }],
      choices: { R: [1, 2, 4, 8] },
    },
    narrow: {
      passes: [{ kernels: [kernel("row-norm.narrow", { WORKGROUP_SIZE: 16 })] }],
      feasible: ({ H = Number.NaN }) => H <= 100,
    },
  };
});

vi.mock("../../operations/registry.ts", async (original) => {
  const registry = await original<typeof import("../../operations/registry.ts")>();
  const plain = registry.findOperation("row-norm");
  const extended = { ...plain, implementations: { ...plain.implementations, ...added } };
  const OPERATIONS = registry.OPERATIONS.map((operation) => (operation === plain ? extended : operation));
  return {
    OPERATIONS,
    findOperation: (name: string) => (name === plain.name ? extended : registry.findOperation(name)),
  };
});

const call = (N: number, H: number, label: string): OperationCall => ({
  operation: "row-norm",
  label,
  numbers: { N, H, xOffset: 0 },
  tensors: { x: { tensor: "x" }, out: { tensor: "out" } },
});

const program = (...forward: OperationCall[]): Program => ({
  tensors: [
    { name: "x", type: "f32", shape: [100_000], role: "activation" },
    { name: "out", type: "f32", shape: [1000], role: "activation" },
  ],
  phases: { forward },
});

/** Milliseconds of a candidate on the scripted device. */
type Speed = (planned: PlannedOperation) => number;

let ms = 0;
let played: string[] = [];
beforeEach(() => {
  ms = 0;
  played = [];
});

/** Plays calls in the time that `speed` gives them, whole steps `steps` times as slowly. */
function scriptedDevice(speed: Speed, steps: (plan: Plan) => number = () => 1) {
  return async (sample: Program, plan: Plan) => {
    const player = createReferencePlayer(sample);
    const planned = (sample.phases.forward ?? []).flatMap((call) => plannedFor(plan, call) ?? []);
    const total = planned.reduce((sum, one) => sum + speed(one), 0);
    return {
      ...player,
      async profile() {
        const [first] = planned;
        if (!first) throw new Error("a sample has a call");
        const { implementation, sizes } = first;
        played.push(`${implementation}${sizes.R === undefined ? "" : ` ${sizes.R}`}`);
        ms += total;
        const about = { operation: "row-norm", label: "", ...first, dispatches: 1 };
        return { method: "timestamps" as const, calls: [{ ...about, ms: total }] };
      },
      playSteps(_: readonly PhaseName[], count: number) {
        ms += count * total * steps(plan);
      },
    };
  };
}

function createMemory(): PlanMemory & { readonly entries: Map<string, PlannedOperation> } {
  const entries = new Map<string, PlannedOperation>();
  return {
    entries,
    recall: (key) => entries.get(key),
    remember: (key, planned) => void entries.set(key, planned),
  };
}

const options = (memory: PlanMemory, changes: Partial<TuneOptions> = {}): TuneOptions => ({
  ...{ now: () => ms, memory, skipped: () => false, progress: () => {}, limitMs: 3000 },
  ...changes,
});

const tune = (score: Program, speed: Speed, given: TuneOptions) =>
  tunePlan({ program: score, software: true, adapter: "test", create: scriptedDevice(speed) }, given);

const narrowWins: Speed = ({ implementation }) => (implementation === "narrow" ? 3 : 9);

test("the fastest implementation that can play the place wins it", async () => {
  const plan = await tune(program(call(5, 7, "a"), call(5, 200, "b")), narrowWins, options(createMemory()));
  expect(plan["row-norm · a"]?.implementation).toBe("narrow");
  expect(plan["row-norm · b"]?.implementation).not.toBe("narrow");
});

test("places that agree share one entry", async () => {
  const plan = await tune(program(call(5, 7, "a"), call(6, 8, "b")), narrowWins, options(createMemory()));
  expect(Object.keys(plan)).toEqual(["row-norm"]);
  expect(plan["row-norm"]?.implementation).toBe("narrow");
});

test("the winner's sizes are varied one after the other, and a better one leads on", async () => {
  const speed: Speed = ({ implementation, sizes }) => (implementation === "wide" ? 8 / (sizes.R ?? 1) : 50);
  const plan = await tune(program(call(5, 7, "a")), speed, options(createMemory()));
  expect(plan["row-norm"]).toEqual({ implementation: "wide", sizes: { WORKGROUP_SIZE: 16, R: 8 } });
  expect(played).toContain("wide 1");
});

test("places of one shape are measured once, and what was found is remembered for the next time", async () => {
  const memory = createMemory();
  const score = program(call(5, 7, "a"), call(5, 7, "b"));
  await tune(score, narrowWins, options(memory));
  expect([...memory.entries.keys()]).toEqual([
    "test | models 1 | row-norm | N 6 H 8",
    expect.stringContaining("measured plan"),
  ]);
  const rounds = played.length;
  const again = await tune(score, narrowWins, options(memory));
  expect(played).toHaveLength(rounds);
  expect(again["row-norm"]?.implementation).toBe("narrow");
});

test("what was remembered but cannot be played is measured anew", async () => {
  const memory = createMemory();
  await tune(program(call(5, 7, "a")), narrowWins, options(memory));
  const [key = ""] = memory.entries.keys();
  memory.remember(key, { implementation: "gone", sizes: {} });
  const plan = await tune(program(call(5, 7, "a")), narrowWins, options(memory));
  expect(plan["row-norm"]?.implementation).toBe("narrow");
});

test("who skips gets the start of the model at once, and nothing is remembered", async () => {
  const memory = createMemory();
  const plan = await tune(program(call(5, 7, "a")), narrowWins, options(memory, { skipped: () => true }));
  expect(played).toEqual([]);
  expect(memory.entries.size).toBe(0);
  expect(plan["row-norm"]).toBeDefined();
});

test("a plan whose whole steps are not faster gives way to the defaults, now and the next time", async () => {
  const memory = createMemory();
  const score = program(call(5, 7, "a"));
  const steps = (plan: Plan) => (plan["row-norm"]?.implementation === "narrow" ? 4 : 1);
  const create = scriptedDevice(narrowWins, steps);
  const parts = { program: score, software: true, adapter: "test", create };
  expect(await tunePlan(parts, options(memory))).toEqual(planDefaults(score, true));
  expect(played).toContain("narrow");
  const rounds = played.length;
  expect(await tunePlan(parts, options(memory))).toEqual(planDefaults(score, true));
  expect(played).toHaveLength(rounds);
});

test("a plan is not played before whole steps have confirmed it; the next run, whose places are known, has the time", async () => {
  const memory = createMemory();
  const score = program(call(5, 7, "a"));
  const create = scriptedDevice(narrowWins, () => 1000);
  const parts = { program: score, software: true, adapter: "test", create };
  expect(await tunePlan(parts, options(memory))).toEqual(planDefaults(score, true));
  expect([...memory.entries.values()].map(({ implementation }) => implementation)).toEqual(["narrow"]);
  const rounds = played.length;
  const later = await tunePlan(parts, options(memory, { limitMs: 200_000 }));
  expect(later["row-norm"]?.implementation).toBe("narrow");
  expect(played).toHaveLength(rounds);
  expect(await tunePlan(parts, options(memory, { limitMs: 1 }))).toEqual(later);
});

test("the default stays where a challenger is cheaper by the model, but nothing was measured", async () => {
  const score = program(call(5, 7, "a"));
  const plan = await tune(score, narrowWins, options(createMemory(), { limitMs: 0 }));
  expect(plan).toEqual(planDefaults(score, true));
});

test("short calls are played many times to a measurement", async () => {
  const speed: Speed = ({ implementation }) => (implementation === "narrow" ? 0.01 : 0.02);
  const plan = await tune(program(call(5, 7, "a")), speed, options(createMemory()));
  expect(plan["row-norm"]?.implementation).toBe("narrow");
  expect(new Set(played).size).toBe(played.length);
});

test("the limit holds: dear places come first, and those without time keep their start", async () => {
  const memory = createMemory();
  const score = program(call(5, 7, "cheap"), call(50, 70, "dear"));
  const slow: Speed = (planned) => 100 * narrowWins(planned);
  await tune(score, slow, options(memory, { limitMs: 2000 }));
  expect([...memory.entries.keys()]).toEqual(["test | models 1 | row-norm | N 64 H 96"]);
});

test("the limit holds where preparing a candidate takes longer than playing it", async () => {
  const score = program(call(5, 7, "a"), call(50, 70, "b"), call(90, 90, "c"));
  const device = scriptedDevice(narrowWins);
  const create = (sample: Program, plan: Plan) => {
    ms += 250;
    return device(sample, plan);
  };
  await tunePlan({ program: score, software: true, adapter: "test", create }, options(createMemory()));
  expect(ms).toBeLessThan(3000);
  expect(played.length).toBeGreaterThan(0);
});

test("progress names what comes next and ends with all done", async () => {
  const seen: [number, number, string][] = [];
  const progress = (done: number, total: number, operation: string) => seen.push([done, total, operation]);
  await tune(program(call(5, 7, "a")), narrowWins, options(createMemory(), { progress }));
  expect(seen).toEqual([
    [0, 3, "training-steps"],
    [1, 3, "row-norm"],
    [2, 3, "training-steps"],
    [3, 3, ""],
  ]);
});

test("operations without a choice keep the defaults and cost nothing", async () => {
  const counting: OperationCall = {
    operation: "mask-count",
    label: "",
    numbers: { N: 3 },
    tensors: { mask: { tensor: "x" }, count: { tensor: "out" } },
  };
  const score = program(counting);
  expect(await tune(score, narrowWins, options(createMemory()))).toEqual(planDefaults(score, true));
  expect(played).toEqual([]);
});

test("a race that the device has no memory for measures nothing and keeps nothing", async () => {
  const score = program(call(5, 7, "a"));
  const device = scriptedDevice(narrowWins);
  const memory = createMemory();
  let held = 0;
  const create = async (sample: Program, plan: Plan) => {
    if (plannedFor(plan, call(5, 7, "a"))?.implementation === "narrow") throw new ProgramRefusedError("x", 2, 1);
    const player = await device(sample, plan);
    held++;
    return { ...player, dispose: () => held-- };
  };
  const plan = await tunePlan({ program: score, software: true, adapter: "test", create }, options(memory));
  expect(plan).toEqual(planDefaults(score, true));
  expect(memory.entries.size).toBe(0);
  expect(held).toBe(0);
});

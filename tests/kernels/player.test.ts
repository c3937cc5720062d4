/**
 * The GPU player: order of writes, plays and reads, run-time scalars beyond one set of slots, refusals before anything
 * is allocated, compile errors with their place, and a device that goes away.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGpuBackend } from "../../src/backends/gpu/backend.ts";
import { openDevice as openGpuDevice } from "../../src/backends/gpu/device.ts";
import { createPipelines } from "../../src/backends/gpu/pipelines.ts";
import { readShader } from "../../src/backends/gpu/shaders.ts";
import type { Backend } from "../../src/core/backend.ts";
import { BackendLostError, ContractError, ProgramRefusedError, ShaderError } from "../../src/core/errors.ts";
import type { OperationCall, Plan, Program, ProgramTensor } from "../../src/core/program.ts";
import { findOperation } from "../../src/operations/registry.ts";
import { openDevice } from "./device.ts";
import { openOwnBackend } from "./shared-backend.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await openOwnBackend();
});
afterAll(() => backend.dispose());

const now = () => performance.now();

const f32 = (name: string, ...shape: number[]): ProgramTensor => ({ name, type: "f32", shape, role: "activation" });

/** Counts a mask of 3: `count` is their sum after each play. */
const counting: Program = {
  tensors: [f32("mask", 3), f32("count", 1)],
  phases: {
    forward: [
      {
        operation: "mask-count",
        label: "",
        numbers: { N: 3 },
        tensors: { mask: { tensor: "mask" }, count: { tensor: "count" } },
      },
    ],
  },
};

const ROWS = 600;

/** One parameter under SGD without gradient; each play leaves its learning rate in row `slot` of the ring. */
const ring: Program = {
  tensors: [
    ...["grads", "params", "state", "norm", "loss"].map((name) => f32(name, 1)),
    { name: "flags", type: "u32", shape: [1], role: "metrics" },
    f32("metrics", ROWS, 4),
  ],
  phases: {
    update: [
      {
        operation: "optimizer-sgd",
        label: "",
        numbers: { P: 1, M: ROWS },
        tensors: Object.fromEntries(
          ["grads", "params", "state", "norm", "loss", "flags", "metrics"].map((tensor) => [tensor, { tensor }]),
        ),
      },
    ],
  },
};

/** No clipping, decay or momentum. */
const plain = { clip: 0, clipValue: 0, l1: 0, weightDecay: 0, momentum: 0, nesterov: 0, first: 1 };

const create = (program: Program) => backend.create(program, backend.plan(program));

describe("order", () => {
  test("reads in flight together see what was written and played before each of them", async () => {
    const player = await create(counting);
    const reads = [];
    for (let i = 0; i < 12; i++) {
      player.write("mask", Float32Array.of(i, 1, 1));
      player.play("forward", {});
      reads.push(player.read("count"));
    }
    const sums = await Promise.all(reads);
    expect(sums.map(([sum]) => sum)).toEqual(Array.from({ length: 12 }, (_, i) => i + 2));
    player.dispose();
  });

  test("a write into the middle leaves the rest, and a part can be read", async () => {
    const player = await create(counting);
    player.write("mask", Float32Array.of(1, 2, 3));
    player.write("mask", Float32Array.of(9), 1);
    expect([...(await player.read("mask"))]).toEqual([1, 9, 3]);
    expect([...(await player.read("mask", 1, 2))]).toEqual([9, 3]);
    expect([...(await player.read("mask", 3, 0))]).toEqual([]);
    player.dispose();
  });

  test("every play has its own run-time scalars, however many share a submit", async () => {
    const player = await create(ring);
    for (let i = 0; i < ROWS; i++) {
      player.play("update", { ...plain, slot: i, learningRate: i / 8 });
    }
    const metrics = await player.read("metrics");
    const rates = Array.from({ length: ROWS }, (_, i) => metrics[4 * i + 3]);
    expect(rates).toEqual(Array.from({ length: ROWS }, (_, i) => i / 8));
    expect(player.counts.dispatches).toEqual({ "optimizer-sgd.lanes": ROWS });
    player.dispose();
  });
});

test("a profile plays a phase once and says how long each call took", async () => {
  const [count] = counting.phases.forward ?? [];
  if (!count) throw new Error("counting counts");
  const tensors = { mask: { tensor: "mask" }, count: { tensor: "twice" } };
  const twice: Program = {
    tensors: [...counting.tensors, f32("twice", 1)],
    phases: { forward: [count, { ...count, label: "again", tensors }] },
  };
  const player = await create(twice);
  player.write("mask", Float32Array.of(1, 2, 3));
  const { method, calls } = await player.profile("forward", {}, now);
  expect(["timestamps", "waiting"]).toContain(method);
  expect(
    calls.map(({ operation, label, implementation, dispatches }) => [operation, label, implementation, dispatches]),
  ).toEqual([
    ["mask-count", "", "lanes", 1],
    ["mask-count", "again", "lanes", 1],
  ]);
  for (const { ms } of calls) expect(ms).toBeGreaterThanOrEqual(0);
  expect([...(await player.read("count")), ...(await player.read("twice"))]).toEqual([6, 6]);
  expect(player.counts).toMatchObject({ plays: 1, dispatches: { "mask-count.lanes": 2 } });
  await expect(player.profile("backward", {}, now)).rejects.toThrow(ContractError);
  player.dispose();
});

test("calls with many dispatches take longer than those with few, by either method", { timeout: 60_000 }, async () => {
  const T = 200;
  const numbers = {
    T,
    B: 1,
    H: 2,
    reset: 1,
    activation: 0,
    flagBit: 1,
    reverse: 0,
    masked: 0,
    dropped: 0,
    rate: 0,
    site: 0,
  };
  const names = ["h", "record", "U", "bu", "mask", "key", "flags"];
  const step = (label: string, toStep: number): OperationCall => ({
    operation: "gru-forward",
    label,
    numbers: { ...numbers, fromStep: 1, toStep },
    tensors: Object.fromEntries(names.map((tensor) => [tensor, { tensor }])),
  });
  const sizes = { h: 2 * (T + 1), record: 8 * T, U: 12, bu: 6, mask: T };
  const long: Program = {
    tensors: [
      ...Object.entries(sizes).map(([name, size]) => f32(name, size)),
      { name: "key", type: "u32", shape: [2], role: "batch" },
      { name: "flags", type: "u32", shape: [1], role: "metrics" },
    ],
    phases: { forward: [step("one step", 1), step("all steps", T)] },
  };
  const byStep: Plan = { "gru-forward": { implementation: "step", sizes: {} } };
  const withClock = await backend.create(long, byStep);
  const { opened } = await openGpuDevice(navigator.gpu);
  if (!opened) throw new Error("no second device");
  // A device that was not asked for its clock has none.
  Object.defineProperty(opened.device, "features", { value: new Set() });
  const other = createGpuBackend(opened);
  const withoutClock = await other.create(long, byStep);
  for (const player of [withClock, withoutClock]) {
    await player.profile("forward", {}, now);
    const { calls } = await player.profile("forward", {}, now);
    expect(calls.map(({ dispatches }) => dispatches)).toEqual([1, T]);
    expect(calls[1]?.ms).toBeGreaterThan(calls[0]?.ms ?? Number.NaN);
    player.dispose();
  }
  other.dispose();
});

test("plays share a submit until one is asked for", async () => {
  const player = await create(counting);
  for (let i = 0; i < 5; i++) player.play("forward", {});
  expect(player.counts).toMatchObject({ plays: 5, submits: 0, dispatches: { "mask-count.lanes": 5 } });
  player.submit();
  player.submit();
  expect(player.counts.submits).toBe(1);
  await player.settle();
  player.dispose();
  player.dispose();
});

test("a disposed player refuses everything, and its device goes on", async () => {
  const player = await create(counting);
  player.play("forward", {});
  const late = player.read("count");
  player.play("forward", {});
  player.dispose();
  // What had already run may still arrive.
  const [outcome] = await Promise.allSettled([late]);
  if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(BackendLostError);
  expect(() => player.play("forward", {})).toThrow(ContractError);
  expect(() => player.write("mask", new Float32Array(3))).toThrow(ContractError);
  await expect(player.read("count")).rejects.toThrow(ContractError);
  const next = await create(counting);
  next.write("mask", Float32Array.of(1, 1, 1));
  next.play("forward", {});
  expect([...(await next.read("count"))]).toEqual([3]);
  next.dispose();
});

test("progress counts to the number of kernels", async () => {
  const seen: (readonly [number, number])[] = [];
  const player = await backend.create(counting, backend.plan(counting), (done, total) => seen.push([done, total]));
  expect(seen).toEqual([
    [0, 1],
    [1, 1],
  ]);
  player.dispose();
});

describe("what is refused", () => {
  test("unknown phases, tensors and ranges, wrong types and missing scalars", async () => {
    const player = await create(ring);
    expect(() => player.play("forward", {})).toThrow(ContractError);
    expect(() => player.play("update", { slot: 0 })).toThrow("the scalar learningRate");
    expect(() => player.write("nothing", Float32Array.of(1))).toThrow("a tensor of the Program");
    expect(() => player.write("params", Uint32Array.of(1))).toThrow(ContractError);
    expect(() => player.write("params", Float32Array.of(1, 2))).toThrow("a range inside 1 elements");
    await expect(player.read("metrics", 2399, 2)).rejects.toThrow(ContractError);
    player.dispose();
  });

  test("a buffer and a binding beyond the device's limits, with both numbers", async () => {
    const { maxBufferBytes, maxBindingBytes } = backend.info.limits;
    const counted = (elements: number): Program => {
      const call: OperationCall = {
        operation: "mask-count",
        label: "",
        numbers: { N: 1 },
        tensors: { mask: { tensor: "mask" }, count: { tensor: "count" } },
      };
      return { tensors: [f32("mask", elements), f32("count", 1)], phases: { forward: [call] } };
    };
    for (const limitBytes of [maxBufferBytes, maxBindingBytes]) {
      const refused = create(counted(limitBytes / 4 + 1));
      await expect(refused).rejects.toThrow(ProgramRefusedError);
      await expect(refused).rejects.toMatchObject({ tensor: "mask", bytes: limitBytes + 4, limitBytes });
    }
  });
});

test("a kernel that does not compile names file, line and column", async () => {
  const device = await openDevice();
  const kernel = findOperation("loss-ce").implementations.row?.passes[0]?.kernels[0];
  if (!kernel) throw new Error("loss-ce has no kernel");
  const broken = createPipelines(device).compile({ ...kernel, lib: [] }, {});
  await expect(broken).rejects.toThrow(ShaderError);
  const line =
    readShader(kernel.file)
      .split("\n")
      .findIndex((text) => text.includes("linear_index(")) + 1;
  await expect(broken).rejects.toMatchObject({ file: "shaders/loss-ce.row.wgsl", line, column: expect.any(Number) });
  await expect(broken).rejects.toThrow("linear_index");
  device.destroy();
});

test("once the device is gone everything pending and everything later rejects, and the backend says so", async () => {
  const doomed = await openOwnBackend();
  const player = await doomed.create(counting, doomed.plan(counting));
  player.play("forward", {});
  const pending = [player.read("count"), player.settle()];
  doomed.dispose();
  const settled = await Promise.allSettled(pending);
  expect(await doomed.lost).toMatchObject({ reason: "destroyed" });
  // What had already run when the device went may still arrive.
  for (const result of settled) {
    if (result.status === "rejected") expect(result.reason).toBeInstanceOf(BackendLostError);
  }
  await expect(player.read("count")).rejects.toThrow(BackendLostError);
  await expect(player.settle()).rejects.toThrow(BackendLostError);
  await expect(doomed.create(counting, doomed.plan(counting))).rejects.toThrow(BackendLostError);
  player.dispose();
});

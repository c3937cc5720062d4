/** Lowering as plain data: order of dispatches, loop indices, segments, shared scratch, and what is refused. */
import { describe, expect, test } from "vitest";
import type { OperationCall, Program } from "../../core/program.ts";
import { lowerProgram } from "./lowering.ts";
import { planDefaults } from "./plan.ts";

const f32 = (name: string, ...shape: number[]) => ({ name, type: "f32", shape, role: "activation" }) as const;
const T = 3;
const B = 2;
const H = 5;

const tensors: Program["tensors"] = [
  f32("h", T + 1, B, H),
  f32("dh", T + 1, B, H),
  f32("record", T, B, 4, H),
  f32("params", 64 + 3 * H * H),
  f32("mask", 100),
  f32("count", 1),
  { name: "flags", type: "u32", shape: [1], role: "metrics" },
  { name: "key", type: "u32", shape: [2], role: "batch" },
];

const U = { tensor: "params", offset: 64, length: 3 * H * H };

const bound = { h: { tensor: "h" }, record: { tensor: "record" }, U, mask: { tensor: "mask" }, key: { tensor: "key" } };
const form = { T, B, H, activation: 0, reverse: 0, masked: 0, dropped: 0, rate: 0, site: 0 };

function forward(reset: number, changes = {}): OperationCall {
  return {
    operation: "gru-forward",
    label: "layer 0",
    numbers: { ...form, reset, fromStep: 1, toStep: T, flagBit: 1, ...changes },
    tensors: { ...bound, bu: { tensor: "params", length: 3 * H }, flags: { tensor: "flags" } },
  };
}

function backward(reset: number, changes = {}): OperationCall {
  return {
    operation: "gru-backward",
    label: "layer 0",
    numbers: { ...form, reset, fromRow: T, toRow: 0, upstream: 1, ...changes },
    tensors: { ...bound, dh: { tensor: "dh" } },
  };
}

/** One dispatch for each step and kernel. */
const stepByStep = {
  "gru-forward": { implementation: "step", sizes: {} },
  "gru-backward": { implementation: "step", sizes: {} },
};

function lower(...calls: OperationCall[]) {
  const program: Program = { tensors, phases: { forward: calls } };
  const lowered = lowerProgram(program, planDefaults(program, true, stepByStep));
  return { ...lowered, dispatches: lowered.phases.get("forward")?.dispatches ?? [] };
}

const played = (calls: OperationCall[]) =>
  lower(...calls).dispatches.map(({ station, looped }) => `${station.kernel.file.split(".").at(-1)} ${looped.t}`);

test("uniform blocks are memory as well: a slot for each dispatch whose scalars never change, and room for a submit of others", () => {
  const { dispatches, bufferBytes } = lower(forward(0), forward(0));
  expect(dispatches).toHaveLength(12);
  // Behind the last slot there is room for what a dispatch may see.
  expect(bufferBytes.get("uniforms")).toBe(12 * 256 + 8192);
  expect(bufferBytes.get("run-time uniforms")).toBe(256 * 256 + 8192);
});

describe("the order of dispatches", () => {
  test("reset before: gates and candidate of each step in turn", () => {
    expect(played([forward(0)])).toEqual([
      "gates 1",
      "candidate 1",
      "gates 2",
      "candidate 2",
      "gates 3",
      "candidate 3",
    ]);
  });

  test("reset after: one kernel per step", () => {
    expect(played([forward(1)])).toEqual(["fused 1", "fused 2", "fused 3"]);
  });

  test("backward counts down to the initial state, which has no reset kernel", () => {
    expect(played([backward(0)])).toEqual([
      "delta 3",
      "reset 3",
      "delta 2",
      "reset 2",
      "delta 1",
      "reset 1",
      "delta 0",
    ]);
    expect(played([backward(1)])).toEqual(["delta 3", "delta 2", "delta 1", "delta 0"]);
  });

  test("in reverse the initial state is the last row", () => {
    expect(played([backward(0, { reverse: 1, fromRow: 2, toRow: T })])).toEqual(["delta 2", "reset 2", "delta 3"]);
  });

  test("a part of the steps, and a single one", () => {
    expect(played([forward(1, { fromStep: 2 })])).toEqual(["fused 2", "fused 3"]);
    expect(played([forward(1, { fromStep: 2, toStep: 2 })])).toEqual(["fused 2"]);
  });

  test("dropout has kernels of its own, and only where h' is multiplied", () => {
    const dropped = { dropped: 1, rate: 0.5 };
    expect(played([forward(0, { ...dropped, toStep: 1 })])).toEqual(["gates-dropped 1", "candidate 1"]);
    expect(played([backward(0, { ...dropped, toRow: T })])).toEqual(["delta-dropped 3", "reset-dropped 3"]);
  });
});

test("segments are given in bytes, in the kernel's binding order", () => {
  const { dispatches } = lower(forward(0));
  expect(dispatches[0]?.station.segments).toEqual([
    { buffer: "h", offsetBytes: 0, sizeBytes: (T + 1) * B * H * 4 },
    { buffer: "record", offsetBytes: 0, sizeBytes: T * B * 4 * H * 4 },
    { buffer: "params", offsetBytes: 256, sizeBytes: 3 * H * H * 4 },
    { buffer: "mask", offsetBytes: 0, sizeBytes: 400 },
    { buffer: "flags", offsetBytes: 0, sizeBytes: 4 },
  ]);
});

test("steps of one call share a station, so that one bind group serves them", () => {
  const { dispatches } = lower(forward(1));
  expect(new Set(dispatches.map(({ station }) => station)).size).toBe(1);
});

/** The column sum of N rows of one element, which a slab holds 64 of. */
const bias = (N: number): OperationCall => ({
  operation: "bias-gradient",
  label: `N ${N}`,
  numbers: { N, C: 1, rightOffset: 0, rightStride: 1, outOffset: 0 },
  tensors: { right: { tensor: "record" }, db: { tensor: "count" } },
});

test("calls share scratch buffers of the largest size, bound at their own", () => {
  const { bufferBytes, dispatches } = lower(bias(64), bias(100), bias(65));
  const scratch = "scratch 0";
  expect(bufferBytes.get(scratch)).toBe(2 * 4);
  const sizes = dispatches.flatMap(({ station }) => station.segments).filter(({ buffer }) => buffer === scratch);
  expect(sizes.map(({ sizeBytes }) => sizeBytes)).toEqual([4, 8, 8, 8, 8]);
});

test("a kernel whose grid is empty is left out", () => {
  const files = (N: number) => lower(bias(N)).dispatches.map(({ station }) => station.kernel.file);
  expect(files(64)).toEqual(["bias-gradient.split.column"]);
  expect(files(65)).toEqual(["bias-gradient.split.column", "bias-gradient.split.sum"]);
});

describe("what is refused", () => {
  const program: Program = { tensors, phases: { forward: [forward(0)] } };

  test("an operation without a plan, or an implementation that it lacks", () => {
    expect(() => lowerProgram(program, {})).toThrow("expected a plan with one of persistent, step, got none");
    const plan = { "gru-forward": { implementation: "other", sizes: {} } };
    expect(() => lowerProgram(program, plan)).toThrow("got other");
  });

  test("a kernel that would loop beyond what every adapter allows", () => {
    const norm: Program = {
      tensors: [f32("x", 60_001), f32("out", 1)],
      phases: {
        forward: [
          {
            operation: "row-norm",
            label: "long",
            numbers: { N: 1, H: 60_001, xOffset: 0 },
            tensors: { x: { tensor: "x" }, out: { tensor: "out" } },
          },
        ],
      },
    };
    expect(() => lowerProgram(norm, planDefaults(norm, true))).toThrow("at most 60000 loop trips");
  });
});

test("only kernels that read a run-time scalar get a slot per play", () => {
  const gather: OperationCall = {
    operation: "batch-gather",
    label: "batch",
    numbers: { T: 1, B: 1, D: 1, R: 1, K: 1, shift: 0 },
    tensors: { rows: { tensor: "mask" }, starts: { tensor: "flags" }, x: { tensor: "h" } },
  };
  const { dispatches, phases } = lower(gather, forward(1));
  expect(dispatches.map(({ station }) => station.dynamic)).toEqual([true, false, false, false]);
  expect(phases.get("forward")?.scalars).toEqual(["slot", "live"]);
});

describe("models side by side", () => {
  const grads = { tensor: "params", offset: 64, length: 70 };
  const norm: OperationCall = {
    operation: "gradient-norm",
    label: "optimizer",
    numbers: { P: 70, flagBit: 1 },
    tensors: {
      grads,
      norm: { tensor: "count" },
      flags: { tensor: "flags" },
    },
  };
  const count: OperationCall = {
    operation: "clip-count",
    label: "optimizer",
    numbers: { P: 70, M: 1 },
    tensors: { grads, norm: { tensor: "count" }, clipped: { tensor: "flags" } },
  };
  const rows = { name: "rows", type: "f32", shape: [50], role: "data" } as const;
  const gather: OperationCall = {
    operation: "batch-gather",
    label: "batch",
    numbers: { T: 1, B: 1, D: 1, R: 1, K: 1, shift: 0 },
    tensors: { rows: { tensor: "rows" }, starts: { tensor: "flags" }, x: { tensor: "h" } },
  };
  const program: Program = { models: 3, tensors: [...tensors, rows], phases: { forward: [gather, norm, count] } };
  const lowered = lowerProgram(program, planDefaults(program, true, stepByStep));
  const dispatched = lowered.phases.get("forward")?.dispatches ?? [];
  const stations = dispatched.map(({ station }) => station);
  const ofKernel = (file: string) => stations.filter(({ kernel }) => kernel.file === file);

  test("every tensor but data exists once for each, at segment boundaries", () => {
    const P = 64 + 3 * H * H;
    expect(lowered.bufferBytes.get("params")).toBe(3 * Math.ceil(P / 64) * 64 * 4);
    expect(lowered.bufferBytes.get("flags")).toBe(3 * 64 * 4);
    expect(lowered.bufferBytes.get("rows")).toBe(50 * 4);
    // Shared by the norm, with 128 lanes, and by the count of clipped numbers, with 1,024.
    expect(lowered.bufferBytes.get("scratch 0")).toBe(3 * 1024 * 4);
  });

  test("a kernel is dispatched once, over the segments of all models, and told the distances", () => {
    const [square, ...others] = ofKernel("gradient-norm.lanes.square");
    expect(others).toEqual([]);
    expect(dispatched.find(({ station }) => station === square)?.grid).toEqual([8, 1, 3]);
    expect(square?.segments[0]).toEqual({ buffer: "params", offsetBytes: 256, sizeBytes: (2 * 192 + 70) * 4 });
    expect(square?.numbers).toMatchObject({ gradsPerModel: 192, sumsPerModel: 128 });
    expect(ofKernel("batch-gather.block")[0]?.numbers).toMatchObject({ rowsPerModel: 0, startsPerModel: 64 });
  });

  test("no kernel is dispatched once for each", () => {
    expect(new Set(stations).size).toBe(dispatched.length);
    expect(dispatched.map(({ grid }) => grid[2])).toEqual(dispatched.map(() => 3));
    expect(ofKernel("clip-count.lanes.count")).toHaveLength(1);
  });

  test("what a kernel reads once for all cannot differ between them", () => {
    expect(lowered.phases.get("forward")?.common).toEqual(["slot", "live"]);
  });
});

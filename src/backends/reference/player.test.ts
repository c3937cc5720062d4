/**
 * The CPU player end to end on a small linear regression: segments of flat buffers, scalars per play, counts, reads and
 * refusals. One training step has a closed form, so no number here comes from our own run.
 */
import { describe, expect, it } from "vitest";
import { ContractError, ProgramRefusedError } from "../../core/errors.ts";
import type { OperationCall, Program } from "../../core/program.ts";
import { OPERATIONS } from "../../operations/registry.ts";
import { bindProgram } from "./bind-program.ts";
import { createReferenceBackend, createReferencePlayer } from "./player.ts";
import { REFERENCE_OPERATIONS } from "./twins.ts";

const N = 2;
const P = 128;
const W = { offset: 0, length: 64 };
const b = { offset: 64, length: 64 };
const packed = { xOffset: 0, xStride: 1, outOffset: 0, outStride: 1 };

const call = (
  operation: string,
  numbers: OperationCall["numbers"],
  tensors: OperationCall["tensors"],
): OperationCall => ({
  operation,
  label: "regression",
  numbers,
  tensors,
});

/** y = x W + b for two scalar rows, squared error, SGD. */
const program: Program = {
  tensors: [
    { name: "x", type: "f32", shape: [N, 1], role: "batch" },
    { name: "target", type: "f32", shape: [N, 1], role: "batch" },
    { name: "mask", type: "f32", shape: [N], role: "batch" },
    { name: "y", type: "f32", shape: [N, 1], role: "activation" },
    { name: "dy", type: "f32", shape: [N, 1], role: "activation" },
    { name: "rowLoss", type: "f32", shape: [N], role: "activation" },
    { name: "params", type: "f32", shape: [P], role: "parameters" },
    { name: "grads", type: "f32", shape: [P], role: "gradients" },
    { name: "state", type: "f32", shape: [1, P], role: "optimizer-state" },
    { name: "count", type: "f32", shape: [1], role: "metrics" },
    { name: "loss", type: "f32", shape: [1], role: "metrics" },
    { name: "norm", type: "f32", shape: [1], role: "metrics" },
    { name: "flags", type: "u32", shape: [1], role: "metrics" },
    { name: "metrics", type: "f32", shape: [4, 4], role: "metrics" },
  ],
  phases: {
    forward: [
      call(
        "project-forward",
        { N, D: 1, C: 1, ...packed },
        {
          x: { tensor: "x" },
          W: { tensor: "params", ...W },
          b: { tensor: "params", ...b },
          out: { tensor: "y" },
        },
      ),
      call("mask-count", { N }, { mask: { tensor: "mask" }, count: { tensor: "count" } }),
      call(
        "loss-mse",
        { N, V: 1, pOffset: 0, pStride: 1, dOffset: 0, dStride: 1, flagBit: 1 },
        {
          logits: { tensor: "y" },
          target: { tensor: "target" },
          mask: { tensor: "mask" },
          count: { tensor: "count" },
          rowLoss: { tensor: "rowLoss" },
          dlogits: { tensor: "dy" },
          flags: { tensor: "flags" },
        },
      ),
      call(
        "reduce-loss",
        { N, perRow: 1, flagBit: 2 },
        {
          rowLoss: { tensor: "rowLoss" },
          count: { tensor: "count" },
          loss: { tensor: "loss" },
          flags: { tensor: "flags" },
        },
      ),
    ],
    backward: [
      call(
        "weight-gradient",
        { N, D: 1, C: 1, leftOffset: 0, leftStride: 1, rightOffset: 0, rightStride: 1, outOffset: 0, outStride: 1 },
        { left: { tensor: "x" }, right: { tensor: "dy" }, dW: { tensor: "grads", ...W } },
      ),
      call(
        "bias-gradient",
        { N, C: 1, rightOffset: 0, rightStride: 1, outOffset: 0 },
        {
          right: { tensor: "dy" },
          db: { tensor: "grads", ...b },
        },
      ),
    ],
    update: [
      call(
        "gradient-norm",
        { P, flagBit: 4 },
        {
          grads: { tensor: "grads" },
          norm: { tensor: "norm" },
          flags: { tensor: "flags" },
        },
      ),
      call(
        "optimizer-sgd",
        { P, M: 4 },
        {
          grads: { tensor: "grads" },
          params: { tensor: "params" },
          state: { tensor: "state" },
          norm: { tensor: "norm" },
          loss: { tensor: "loss" },
          flags: { tensor: "flags" },
          metrics: { tensor: "metrics" },
        },
      ),
    ],
  },
};

const scalars = {
  learningRate: 0.125,
  clip: 0,
  slot: 2,
  momentum: 0,
  nesterov: 0,
  weightDecay: 0,
  clipValue: 0,
  l1: 0,
  first: 1,
};

function createPlayer() {
  const player = createReferencePlayer(program);
  player.write("x", Float32Array.from([1, 3]));
  player.write("target", Float32Array.from([3, 5]));
  player.write("mask", Float32Array.from([1, 1]));
  return player;
}

describe("a training step", () => {
  it("moves W and b by the closed form of linear regression", async () => {
    const player = createPlayer();
    player.play("forward", {});
    player.play("backward", {});
    player.play("update", scalars);
    player.submit();
    // From 0: errors −3 and −5, loss (9+25)/2, dW = −3·1 − 5·3 = −18, db = −8.
    expect([...(await player.read("loss"))]).toEqual([17]);
    expect([...(await player.read("grads", 0, 2))]).toEqual([-18, 0]);
    expect([...(await player.read("params", 0, 2))]).toEqual([18 / 8, 0]);
    expect([...(await player.read("params", 64, 2))]).toEqual([1, 0]);
    const norm = Math.fround(Math.sqrt(18 ** 2 + 8 ** 2));
    expect([...(await player.read("metrics", 8, 4))]).toEqual([17, norm, 1, 0.125]);
    expect([...(await player.read("flags"))]).toEqual([0]);
  });

  it("counts plays, submits and calls by operation", async () => {
    const player = createPlayer();
    player.play("forward", {});
    player.play("forward", {});
    player.play("update", scalars);
    player.submit();
    await player.settle();
    expect(player.counts).toEqual({
      plays: 3,
      submits: 1,
      dispatches: {
        "project-forward": 2,
        "mask-count": 2,
        "loss-mse": 2,
        "reduce-loss": 2,
        "gradient-norm": 1,
        "optimizer-sgd": 1,
      },
    });
  });

  it("reads the state at the time of the call, as a copy", async () => {
    const player = createPlayer();
    const pending = player.read("x");
    player.write("x", Float32Array.from([7]), 1);
    expect([...(await pending)]).toEqual([1, 3]);
    expect([...(await player.read("x"))]).toEqual([1, 7]);
  });

  it("leaves parameters alone once a NaN has raised a flag", async () => {
    const player = createPlayer();
    player.write("x", Float32Array.from([Number.NaN]));
    for (const phase of ["forward", "backward", "update"] as const) player.play(phase, scalars);
    expect([...(await player.read("params"))]).toEqual(new Array(P).fill(0));
    // All three operations that look saw it: logits, loss and norm.
    expect([...(await player.read("flags"))]).toEqual([7]);
  });
});

describe("refusals", () => {
  it("names a missing run-time scalar before anything has run", async () => {
    const player = createPlayer();
    const { slot: _, ...incomplete } = scalars;
    expect(() => player.play("update", incomplete)).toThrow(/optimizer-sgd: expected the scalar slot/);
    expect(player.counts.plays).toBe(0);
  });

  it("names a phase that the Program lacks", () => {
    expect(() => createPlayer().play("probe", {})).toThrow(ContractError);
  });

  it("refuses writes and reads outside a tensor, of an unknown one or of the other type", async () => {
    const player = createPlayer();
    expect(() => player.write("x", new Float32Array(2), 1)).toThrow(/inside 2 elements, got 1 \+ 2/);
    expect(() => player.write("x", new Uint32Array(2))).toThrow(/Float32Array, got Uint32Array/);
    expect(() => player.write("X", new Float32Array(2))).toThrow(ContractError);
    await expect(player.read("x", 1, 2)).rejects.toThrow(ContractError);
    await expect(player.read("x", -1)).rejects.toThrow(ContractError);
    await expect(player.read("X")).rejects.toThrow(ContractError);
  });

  it("refuses a Program that contradicts a contract", () => {
    const broken = { ...program, phases: { probe: [call("mask-count", {}, {})] } };
    expect(() => createReferencePlayer(broken)).toThrow(/mask-count \(regression\): expected N a positive integer/);
  });

  it("refuses more than 1 GiB with the numbers, before allocating", () => {
    const huge = {
      tensors: [{ name: "h", type: "f32", shape: [2 ** 14, 2 ** 15], role: "activation" }],
      phases: {},
    } as const;
    expect(() => createReferencePlayer(huge)).toThrow(ProgramRefusedError);
    expect(() => createReferencePlayer(huge)).toThrow(/2147483648 bytes; this device allows 1073741824/);
  });
});

describe("a profile", () => {
  it("plays the phase once and times each of its calls", async () => {
    const player = createReferencePlayer(program);
    player.write("x", Float32Array.of(1, 2));
    player.write("params", Float32Array.of(3));
    const { method, calls } = await player.profile("forward", {}, () => performance.now());
    expect(method).toBe("clock");
    expect(calls.map(({ operation }) => operation)).toEqual(program.phases.forward?.map(({ operation }) => operation));
    for (const { ms } of calls) expect(ms).toBeGreaterThanOrEqual(0);
    expect([...(await player.read("y"))]).toEqual([3, 6]);
    expect(player.counts.plays).toBe(1);
  });
});

describe("createReferenceBackend", () => {
  it("plans every operation of the Program and rejects what it cannot create", async () => {
    const backend = createReferenceBackend();
    const plan = backend.plan(program);
    expect(Object.keys(plan).sort()).toEqual([
      "bias-gradient",
      "gradient-norm",
      "loss-mse",
      "mask-count",
      "optimizer-sgd",
      "project-forward",
      "reduce-loss",
      "weight-gradient",
    ]);
    const player = await backend.create(program, plan);
    player.play("forward", {});
    expect(player.counts.plays).toBe(1);
    await expect(backend.create({ ...program, tensors: [] }, plan)).rejects.toThrow(ContractError);
    player.dispose();
    backend.dispose();
  });
});

describe("bindProgram", () => {
  it("computes in Float64 where asked", () => {
    const { tensors, play } = bindProgram(program, 64);
    tensors.get("x")?.set([0.1, 0.2]);
    tensors.get("params")?.set([0.3]);
    play("forward", {});
    expect([...(tensors.get("y") ?? [])]).toEqual([0.1 * 0.3, 0.2 * 0.3]);
  });
});

describe("the table of twins", () => {
  it("holds exactly the operations of the registry", () => {
    expect(REFERENCE_OPERATIONS.map((entry) => entry.operation)).toEqual(OPERATIONS);
  });
});

/** Models side by side on the CPU player: copies of tensors, shared data, and scalars for each. */
import { describe, expect, it } from "vitest";
import type { OperationCall, Program, ProgramTensor } from "../../core/program.ts";
import { createReferencePlayer } from "./player.ts";

const f32 = (name: string, shape: number[], role: ProgramTensor["role"] = "activation"): ProgramTensor => ({
  ...{ name, shape, role },
  type: "f32",
});

const gather: OperationCall = {
  operation: "batch-gather",
  label: "batch",
  numbers: { T: 2, B: 1, D: 1, R: 5, K: 1, shift: 0 },
  tensors: { rows: { tensor: "rows" }, starts: { tensor: "starts" }, x: { tensor: "x" } },
};
const starts: ProgramTensor = { name: "starts", type: "u32", shape: [1], role: "batch" };
const program: Program = {
  models: 2,
  tensors: [f32("rows", [5], "data"), starts, f32("x", [2])],
  phases: { forward: [gather] },
};

describe("two models", () => {
  const player = createReferencePlayer(program);
  player.write("rows", Float32Array.of(10, 11, 12, 13, 14));
  player.write("starts", Uint32Array.of(3), 0, 0);
  player.write("starts", Uint32Array.of(1), 0, 1);

  it("read one copy of the data by their own starts", async () => {
    player.play("forward", { slot: 0, live: 1 });
    expect([...(await player.read("x"))]).toEqual([13, 14]);
    expect([...(await player.read("x", 0, undefined, 1))]).toEqual([11, 12]);
    expect([...(await player.read("x", 1, 1, 1))]).toEqual([12]);
    expect([...(await player.readAll("x"))]).toEqual([13, 14, 11, 12]);
    expect([...(await player.readAll("x", 1, 1))]).toEqual([14, 12]);
    expect([...(await player.readAll("rows", 3))]).toEqual([13, 14]);
  });

  it("may have a scalar each", async () => {
    player.play("forward", { slot: 0, live: [1, 0] });
    expect([...(await player.read("x"))]).toEqual([13, 14]);
    expect([...(await player.read("x", 0, undefined, 1))]).toEqual([0, 0]);
    expect(() => player.play("forward", { slot: 0, live: [1] })).toThrow("the scalar live");
  });

  it("refuse a model that a tensor has no copy of, and a range behind a copy", async () => {
    expect(() => player.write("x", Float32Array.of(1), 0, 2)).toThrow("expected a model below 2, got 2");
    expect(() => player.write("rows", Float32Array.of(1), 0, 1)).toThrow("expected a model below 1, got 1");
    expect(() => player.write("x", Float32Array.of(1), 2)).toThrow("a range inside 2 elements, got 2 + 1");
    await expect(player.read("x", 0, 64)).rejects.toThrow("a range inside 2 elements, got 0 + 64");
  });
});

describe("what is refused", () => {
  it.each([0, 1.5, 65])("%s models", (models) => {
    expect(() => createReferencePlayer({ ...program, models })).toThrow(`expected 1 to 64 models, got ${models}`);
  });

  it("a call that writes what all models share", () => {
    const tensors = [f32("rows", [5], "data"), starts, f32("x", [2], "data")];
    expect(() => createReferencePlayer({ ...program, tensors })).toThrow("x, which all models share");
    expect(() => createReferencePlayer({ ...program, tensors, models: 1 })).not.toThrow();
  });

  it("more models than 1 GiB holds, with the bytes", () => {
    const large = { ...program, tensors: [...program.tensors, f32("large", [2 ** 27])] };
    expect(() => createReferencePlayer({ ...large, models: 3 })).toThrow(
      `needs ${3 * 2 ** 29 + 5 * 4 + 4 * 64 * 3 * 2} bytes`,
    );
  });
});

/** Every way in which a Program can contradict a contract, each as one change to a Program that is right. */
import { describe, expect, it } from "vitest";
import { ContractError } from "./errors.ts";
import { defineOperation } from "./operation.ts";
import type { OperationCall, Program, ProgramTensor } from "./program.ts";
import { validateProgram } from "./validate-program.ts";

const scale = defineOperation({
  name: "scale",
  equation: "y[offset + n·stride + c] = factor · x[ids[n], c]",
  source: "this test",
  tensors: {
    ids: { access: "in", type: "u32", shape: ["N"], about: "rows" },
    x: { access: "in", type: "f32", shape: ["N", "C"], about: "in" },
    y: {
      access: "inout",
      type: "f32",
      shape: ["N", "C"],
      about: "out",
      window: { offset: "offset", stride: "stride" },
    },
  },
  extents: ["N", "C"],
  constants: ["offset", "stride"],
  scalars: ["factor"],
  tolerance: { relative: 0, reason: "none" },
  implementations: {},
});

const call: OperationCall = {
  operation: "scale",
  label: "test",
  numbers: { N: 4, C: 3, offset: 1, stride: 5 },
  tensors: { ids: { tensor: "ids" }, x: { tensor: "flat", offset: 64, length: 12 }, y: { tensor: "y" } },
};

const tensors: ProgramTensor[] = [
  { name: "ids", type: "u32", shape: [4], role: "batch" },
  { name: "flat", type: "f32", shape: [128], role: "parameters" },
  { name: "y", type: "f32", shape: [1 + 3 * 5 + 3], role: "activation" },
];

const programOf = (changes: Partial<OperationCall>, own = tensors): Program => ({
  tensors: own,
  phases: { forward: [{ ...call, ...changes }] },
});

const validate = (program: Program) => validateProgram(program, [scale]);

describe("validateProgram", () => {
  it("accepts a Program whose windows end exactly at the end of their tensors", () => {
    expect(() => validate(programOf({}))).not.toThrow();
  });

  it("accepts a transient that an earlier phase of the training step wrote, or where no phase belongs to a step", () => {
    const own = tensors.map((tensor) => (tensor.name === "flat" ? { ...tensor, role: "transient" as const } : tensor));
    const writing = { ...call, tensors: { ...call.tensors, x: { tensor: "y" }, y: { tensor: "flat" } } };
    const phases = { forward: [writing], backward: [call] };
    expect(() => validate({ tensors: own, phases, trainingStep: ["forward", "backward"] })).not.toThrow();
    expect(() => validate({ tensors: own, phases, trainingStep: ["backward", "forward"] })).toThrow(ContractError);
    expect(() => validate({ tensors: own, phases: { forward: [call] } })).not.toThrow();
  });

  const { numbers, tensors: bound } = call;
  const { x: _, ...withoutX } = bound;
  it.each<[string, Program, RegExp]>([
    ["an unknown operation", programOf({ operation: "shrink" }), /known operation, got shrink/],
    ["a missing extent", programOf({ numbers: { N: 4, offset: 1, stride: 5 } }), /C a positive integer, got undefined/],
    ["an extent of 0", programOf({ numbers: { ...numbers, C: 0 } }), /C a positive integer, got 0/],
    ["a broken extent", programOf({ numbers: { ...numbers, N: 1.5 } }), /N a positive integer, got 1.5/],
    ["a missing constant", programOf({ numbers: { N: 4, C: 3, stride: 5 } }), /offset a number, got undefined/],
    ["a misspelt number", programOf({ numbers: { ...numbers, ofset: 1 } }), /got ofset/],
    ["an unbound tensor", programOf({ tensors: withoutX }), /x: .*nothing/],
    ["a misspelt tensor", programOf({ tensors: { ...bound, z: { tensor: "y" } } }), /got z/],
    ["a tensor the Program lacks", programOf({ tensors: { ...bound, x: { tensor: "X" } } }), /got X/],
    [
      "ids in an f32 tensor",
      programOf({ tensors: { ...bound, ids: { tensor: "flat" } } }),
      /expected u32, got f32 flat/,
    ],
    ["values in a u32 tensor", programOf({ tensors: { ...bound, x: { tensor: "ids" } } }), /expected f32, got u32 ids/],
    ["a misaligned segment", programOf({ tensors: { ...bound, x: { tensor: "flat", offset: 63 } } }), /multiple of 64/],
    [
      "a segment beyond the end",
      programOf({ tensors: { ...bound, x: { tensor: "flat", offset: 64, length: 65 } } }),
      /inside 128 elements of flat, got 64 \+ 65/,
    ],
    [
      "a segment that is too short",
      programOf({ tensors: { ...bound, x: { tensor: "flat", offset: 64, length: 11 } } }),
      /12 elements, got 11/,
    ],
    ["a window one element too wide", programOf({ numbers: { ...numbers, offset: 2 } }), /20 elements, got 19/],
    ["rows that overlap", programOf({ numbers: { ...numbers, stride: 2 } }), /stride ≥ 3, got 2/],
    [
      "a written tensor bound twice, segments apart or not",
      programOf({
        numbers: { ...numbers, offset: 0, stride: 3 },
        tensors: { ...bound, y: { tensor: "flat", offset: 0, length: 64 } },
      }),
      /flat, also bound to x/,
    ],
    [
      "a transient that nobody wrote in the play that reads it",
      {
        ...programOf({}, [{ ...tensors[0]!, role: "transient" }, ...tensors.slice(1)]),
        trainingStep: ["forward", "backward"],
      },
      /scale \(test\), ids: .*call before it wrote, got the transient ids/,
    ],
    ["a tensor defined twice", programOf({}, [...tensors, ...tensors.slice(0, 1)]), /one definition/],
    ["a tensor without elements", programOf({}, [{ ...tensors[0]!, shape: [0] }, ...tensors.slice(1)]), /\[0\]/],
  ])("refuses %s", (_what, program, message) => {
    expect(() => validate(program)).toThrow(ContractError);
    expect(() => validate(program)).toThrow(message);
  });
});

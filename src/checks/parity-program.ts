/**
 * The Program of one parity case and its seeded tensors: one phase with one call, whose tensors are a little longer than the
 * call needs, so that what is written behind their end is seen.
 */
import type { Operation } from "../core/operation.ts";
import type { Program, ProgramTensor } from "../core/program.ts";
import { requiredElements } from "../core/required-elements.ts";
import { uniform } from "../core/rng.ts";
import { findOperation } from "../operations/registry.ts";
import type { Fill, ParityCase } from "./parity-case.ts";

/** Elements behind what the call needs, which must stay as they are. */
const TAIL = 5;

/** Stream of the random numbers; they are nobody else's. */
const PARITY_STREAM = 100;

/** Tensors by name. */
export type Arrays = ReadonlyMap<string, Float32Array | Uint32Array>;

/** One phase with one call; every tensor of the contract is a tensor of the Program, a little longer than needed. */
export function createParityProgram({ operation, numbers }: ParityCase): Program {
  const contract = findOperation(operation);
  const names = Object.keys(contract.tensors);
  const tensors = Object.entries(contract.tensors).map(
    ([name, { type, ...rest }]): ProgramTensor => ({
      name,
      type,
      shape: [requiredElements({ type, ...rest }, numbers) + TAIL],
      role: "activation",
    }),
  );
  const call = {
    operation,
    label: "parity",
    numbers: callNumbers(contract, numbers),
    tensors: Object.fromEntries(names.map((name) => [name, { tensor: name }])),
  };
  return { tensors, phases: { forward: [call] } };
}

/** Leaves out what a case names only to size a tensor. */
function callNumbers(contract: Operation, numbers: ParityCase["numbers"]): Record<string, number> {
  const named = [...contract.extents, ...contract.constants];
  return Object.fromEntries(Object.entries(numbers).filter(([name]) => named.includes(name)));
}

/** Fills every tensor of a case; equal keys give equal numbers. */
export function fillTensors(program: Program, { fill }: ParityCase, key: { seed: number; step: number }): Arrays {
  const arrays = new Map<string, Float32Array | Uint32Array>();
  for (const [stream, { name, type, shape }] of program.tensors.entries()) {
    const length = shape[0] ?? 0;
    const array = type === "u32" ? new Uint32Array(length) : new Float32Array(length);
    const standard: Fill = (random) => (type === "u32" ? 0 : 2 * random - 1);
    const value = fill?.[name] ?? standard;
    for (let i = 0; i < length; i++) array[i] = value(uniform(key.seed, PARITY_STREAM + stream, key.step, i), i);
    arrays.set(name, array);
  }
  return arrays;
}

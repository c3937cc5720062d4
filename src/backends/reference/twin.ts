/**
 * What a twin is: the CPU definition of one operation, typed by its contract. A twin is written once over `FloatArray`
 * (f32 in the player, f64 in finite differences and oracles), allocates nothing and is literal to the equation. It reads
 * `tensor[i]!`: the sizes are proven once by `validateProgram`, so an index inside them never yields `undefined`.
 */
import type { FloatArray } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import type { Numbers, Operation } from "../../core/operation.ts";

/** Storage of one tensor on the CPU. */
export type TensorArray = FloatArray | Uint32Array;

/** The tensors of a contract by name: `u32` ones as Uint32Array, `f32` ones in either precision. */
export type TwinTensors<O extends Operation> = {
  readonly [Name in keyof O["tensors"]]: O["tensors"][Name]["type"] extends "u32" ? Uint32Array : FloatArray;
};

/** Extents, constants and run-time scalars of a contract by name. */
export type TwinNumbers<O extends Operation> = Readonly<
  Record<O["extents"][number] | O["constants"][number] | O["scalars"][number], number>
>;

/** Computes one call of the operation `O` over whole sequences; see the contract for shapes and units. */
export type Twin<O extends Operation> = (tensors: TwinTensors<O>, numbers: TwinNumbers<O>) => void;

/**
 * A contract together with its twin, with the types of its tensors forgotten so that a table can hold every one.
 * `bind` checks once that the arrays and numbers are those of the contract and throws `ContractError` otherwise; the
 * call it returns reads `numbers` anew each time, so run-time scalars may change in between.
 */
export interface ReferenceOperation {
  readonly operation: Operation;
  readonly bind: (tensors: Readonly<Record<string, TensorArray>>, numbers: Numbers) => () => void;
}

/** Joins a contract and its twin. */
export function implement<const O extends Operation>(operation: O, twin: Twin<O>): ReferenceOperation {
  return {
    operation,
    bind(tensors, numbers) {
      if (!hasTensors(operation, tensors) || !hasNumbers(operation, numbers)) {
        throw new ContractError({ operation: operation.name }, describe(operation), describeGiven(tensors, numbers));
      }
      return () => twin(tensors, numbers);
    },
  };
}

function hasTensors<O extends Operation>(
  operation: O,
  tensors: Readonly<Record<string, TensorArray>>,
): tensors is Readonly<Record<string, TensorArray>> & TwinTensors<O> {
  return Object.entries(operation.tensors).every(([name, contract]) => {
    const array = tensors[name];
    return array !== undefined && array instanceof Uint32Array === (contract.type === "u32");
  });
}

function hasNumbers<O extends Operation>(operation: O, numbers: Numbers): numbers is Numbers & TwinNumbers<O> {
  return [...operation.extents, ...operation.constants, ...operation.scalars].every((name) => name in numbers);
}

function describe(operation: Operation): string {
  const tensors = Object.entries(operation.tensors).map(([name, { type }]) => `${name}: ${type}`);
  return [...tensors, ...operation.extents, ...operation.constants, ...operation.scalars].join(", ");
}

function describeGiven(tensors: Readonly<Record<string, TensorArray>>, numbers: Numbers): string {
  const given = Object.entries(tensors).map(([name, array]) => `${name}: ${array.constructor.name}`);
  return [...given, ...Object.keys(numbers)].join(", ");
}

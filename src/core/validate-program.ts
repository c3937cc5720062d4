/**
 * Checks a Program against the contracts before any player builds it: a mistake of the engine is named here, with
 * operation and tensor, instead of turning into silent zeros on a GPU. Both players call it; it allocates nothing big.
 */
import { elementCount, SEGMENT_ALIGNMENT } from "./dims.ts";
import { ContractError } from "./errors.ts";
import { isTransient, uninterruptedCalls } from "./liveness.ts";
import { isShared, modelsOf } from "./model-layout.ts";
import type { Operation } from "./operation.ts";
import type { OperationCall, Program, ProgramTensor, TensorBinding } from "./program.ts";
import { requiredElements } from "./required-elements.ts";

/**
 * Throws `ContractError` at the first call that contradicts its contract: unknown operation, missing or unknown tensor
 * or number, extent that is no positive integer, wrong element type, segment that is misaligned or too short, a
 * written tensor that the call binds twice or that all models share, a transient that is read before anything wrote it, or
 * a number of models that is not 1 to 64.
 */
export function validateProgram(program: Program, operations: readonly Operation[]): void {
  const contracts = new Map(operations.map((operation) => [operation.name, operation]));
  const tensors = new Map<string, ProgramTensor>();
  const models = modelsOf(program);
  for (const tensor of program.tensors) {
    if (tensors.has(tensor.name)) throw new ContractError(at("Program", tensor.name), "one definition", "two");
    if (!tensor.shape.every(isExtent)) {
      throw new ContractError(at("Program", tensor.name), "positive integer axes", `[${tensor.shape.join(", ")}]`);
    }
    tensors.set(tensor.name, tensor);
  }
  for (const calls of Object.values(program.phases)) {
    for (const call of calls) {
      const operation = contracts.get(call.operation);
      if (!operation) throw new ContractError(at(name(call)), "a known operation", call.operation);
      validateNumbers(call, operation);
      validateBindings(call, operation, tensors);
      validateAliases(call, operation);
      if (models > 1) validateShared(call, operation, tensors);
    }
  }
  validateTransients(program, contracts, tensors);
}

function at(operation: string, tensor?: string): { operation: string; tensor?: string } {
  return tensor === undefined ? { operation } : { operation, tensor };
}

function name(call: OperationCall): string {
  return `${call.operation} (${call.label})`;
}

function isExtent(value: number | undefined): boolean {
  return value !== undefined && Number.isSafeInteger(value) && value > 0;
}

function validateNumbers(call: OperationCall, operation: Operation): void {
  for (const extent of operation.extents) {
    const value = call.numbers[extent];
    if (!isExtent(value)) throw new ContractError(at(name(call)), `${extent} a positive integer`, String(value));
  }
  for (const constant of operation.constants) {
    const value = call.numbers[constant];
    if (!Number.isFinite(value)) throw new ContractError(at(name(call)), `${constant} a number`, String(value));
  }
  refuseUnknown(call, Object.keys(call.numbers), [...operation.extents, ...operation.constants]);
  refuseUnknown(call, Object.keys(call.tensors), Object.keys(operation.tensors));
}

function refuseUnknown(call: OperationCall, given: readonly string[], allowed: readonly string[]): void {
  const unknown = given.find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new ContractError(at(name(call)), `only ${allowed.join(", ")}`, unknown);
}

function validateBindings(
  call: OperationCall,
  operation: Operation,
  tensors: ReadonlyMap<string, ProgramTensor>,
): void {
  for (const [key, contract] of Object.entries(operation.tensors)) {
    const where = at(name(call), key);
    const binding = call.tensors[key];
    if (!binding) throw new ContractError(where, "a bound tensor", "nothing");
    const tensor = tensors.get(binding.tensor);
    if (!tensor) throw new ContractError(where, "a tensor of the Program", binding.tensor);
    if (tensor.type !== contract.type) throw new ContractError(where, contract.type, `${tensor.type} ${tensor.name}`);
    const { offset, length } = segmentOf(binding, tensor);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % SEGMENT_ALIGNMENT !== 0) {
      throw new ContractError(where, `an offset that is a multiple of ${SEGMENT_ALIGNMENT}`, String(offset));
    }
    const total = elementCount(tensor.shape);
    if (!isExtent(length) || offset + length > total) {
      throw new ContractError(where, `a segment inside ${total} elements of ${tensor.name}`, `${offset} + ${length}`);
    }
    const required = requiredElements(contract, call.numbers);
    if (length < required) throw new ContractError(where, `${required} elements`, `${length} of ${tensor.name}`);
  }
}

/** First element and number of elements that a binding selects of its tensor. */
export function segmentOf(binding: TensorBinding, tensor: ProgramTensor): { offset: number; length: number } {
  const offset = binding.offset ?? 0;
  return { offset, length: binding.length ?? elementCount(tensor.shape) - offset };
}

/** WebGPU refuses a dispatch that sees one buffer as writable and as anything else, whatever the offsets. */
function validateAliases(call: OperationCall, operation: Operation): void {
  const bindings = Object.entries(call.tensors);
  for (const [key, { tensor }] of bindings) {
    if (operation.tensors[key]?.access === "in") continue;
    const other = bindings.find(([otherKey, binding]) => otherKey !== key && binding.tensor === tensor);
    if (other)
      throw new ContractError(at(name(call), key), "a tensor of its own", `${tensor}, also bound to ${other[0]}`);
  }
}

/** What all models share would hold the numbers of whichever was played last. */
function validateShared(call: OperationCall, operation: Operation, tensors: ReadonlyMap<string, ProgramTensor>): void {
  for (const [key, { tensor }] of Object.entries(call.tensors)) {
    const bound = tensors.get(tensor);
    if (operation.tensors[key]?.access === "in" || !bound || !isShared(bound)) continue;
    throw new ContractError(at(name(call), key), "a tensor of each model", `${tensor}, which all models share`);
  }
}

/** What a transient held before its life began belongs to another tensor. */
function validateTransients(
  program: Program,
  contracts: ReadonlyMap<string, Operation>,
  tensors: ReadonlyMap<string, ProgramTensor>,
): void {
  for (const calls of uninterruptedCalls(program)) {
    const begun = new Set<string>();
    for (const call of calls) {
      const contract = contracts.get(call.operation)?.tensors ?? {};
      for (const [key, { tensor }] of Object.entries(call.tensors)) {
        const bound = tensors.get(tensor);
        if (contract[key]?.access !== "in" || !bound || begun.has(tensor) || !isTransient(program, bound)) continue;
        throw new ContractError(at(name(call), key), "a tensor that a call before it wrote", `the transient ${tensor}`);
      }
      for (const { tensor } of Object.values(call.tensors)) begun.add(tensor);
    }
  }
}

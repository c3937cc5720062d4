/**
 * Turns a Program into arrays and bound twin calls, in either precision. In f64 it is the oracle of finite differences
 * and of tests; in f32 it is what the reference player plays. All views are made here, so that playing allocates nothing.
 * A call is bound once for each model of the Program and played for all of them before the next call.
 */
import type { PlayScalars } from "../../core/backend.ts";
import { ContractError } from "../../core/errors.ts";
import { layoutOf, modelsOf } from "../../core/model-layout.ts";
import type { OperationCall, PhaseName, Program } from "../../core/program.ts";
import { segmentOf, validateProgram } from "../../core/validate-program.ts";
import type { TensorArray } from "./twin.ts";
import { findReferenceOperation, REFERENCE_OPERATIONS } from "./twins.ts";

/** A Program with its storage. `tensors` are the live arrays of all models: tests write and read them directly. */
export interface BoundProgram {
  readonly tensors: ReadonlyMap<string, TensorArray>;
  /**
   * Runs a phase at once and returns the operations it ran, in order. Throws `ContractError` for a phase that the
   * Program lacks or a run-time scalar that `scalars` lacks, before anything has run. `ran` is called after each call.
   */
  play(phase: PhaseName, scalars: PlayScalars, ran?: () => void): readonly string[];
}

interface BoundCall {
  readonly operation: string;
  readonly model: number;
  readonly scalarNames: readonly string[];
  /** Extents and constants, and the scalars of the latest play. */
  readonly numbers: Record<string, number>;
  readonly run: () => void;
}

interface BoundPhase {
  /** For each call one for each model. */
  readonly calls: readonly (readonly BoundCall[])[];
  readonly operations: readonly string[];
}

/** Validates the Program (`ContractError`), allocates every tensor zeroed and binds its calls. `precision` is in bits. */
export function bindProgram(program: Program, precision: 32 | 64): BoundProgram {
  validateProgram(
    program,
    REFERENCE_OPERATIONS.map((entry) => entry.operation),
  );
  const models = modelsOf(program);
  const tensors = new Map<string, TensorArray>();
  for (const tensor of program.tensors) {
    const { total: elements } = layoutOf(tensor, models);
    if (tensor.type === "u32") tensors.set(tensor.name, new Uint32Array(elements));
    else tensors.set(tensor.name, precision === 32 ? new Float32Array(elements) : new Float64Array(elements));
  }
  const phases = new Map<string, BoundPhase>();
  for (const [phase, calls] of Object.entries(program.phases)) {
    const bound = calls.map((call) =>
      Array.from({ length: models }, (_, model) => bindCall(call, program, tensors, model)),
    );
    phases.set(phase, { calls: bound, operations: calls.map((call) => call.operation) });
  }
  return {
    tensors,
    play(phase, scalars, ran) {
      const bound = phases.get(phase);
      if (!bound) throw new ContractError({ operation: phase }, `one of ${[...phases.keys()].join(", ")}`, phase);
      for (const copies of bound.calls) for (const call of copies) setScalars(call, scalars);
      for (const copies of bound.calls) {
        for (const call of copies) call.run();
        ran?.();
      }
      return bound.operations;
    },
  };
}

function bindCall(
  call: OperationCall,
  program: Program,
  tensors: ReadonlyMap<string, TensorArray>,
  model: number,
): BoundCall {
  const { operation, bind } = findReferenceOperation(call.operation);
  const numbers: Record<string, number> = { ...call.numbers };
  for (const scalar of operation.scalars) numbers[scalar] = Number.NaN;
  const views: Record<string, TensorArray> = {};
  for (const [key, binding] of Object.entries(call.tensors)) {
    const tensor = program.tensors.find(({ name }) => name === binding.tensor);
    const array = tensors.get(binding.tensor);
    if (!tensor || !array) throw new ContractError({ operation: call.operation, tensor: key }, "storage", "none");
    const { offset, length } = segmentOf(binding, tensor);
    const first = model * layoutOf(tensor, modelsOf(program)).distance + offset;
    views[key] = array.subarray(first, first + length);
  }
  return { operation: operation.name, model, scalarNames: operation.scalars, numbers, run: bind(views, numbers) };
}

function setScalars(call: BoundCall, scalars: PlayScalars): void {
  for (const name of call.scalarNames) {
    const given = scalars[name];
    const value = typeof given === "object" ? given[call.model] : given;
    if (value === undefined) throw new ContractError({ operation: call.operation }, `the scalar ${name}`, "nothing");
    call.numbers[name] = value;
  }
}

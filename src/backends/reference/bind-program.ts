/**
 * Turns a Program into arrays and bound calls. With arrays of their own in either precision and every call a twin it is the
 * oracle: in f64 of finite differences and of tests, in f32 what the reference player plays. Another CPU player says where
 * tensors lie and what it plays faster. All views are made here, so that playing allocates nothing. A call is bound once for each model of the Program and played for all of them before the next call.
 */
import type { PlayScalars } from "../../core/backend.ts";
import { ContractError } from "../../core/errors.ts";
import { layOutMemory, type MemoryLayout, type MemoryRegion } from "../../core/liveness.ts";
import { layoutOf, modelsOf } from "../../core/model-layout.ts";
import type { OperationCall, PhaseName, Program } from "../../core/program.ts";
import { segmentOf, validateProgram } from "../../core/validate-program.ts";
import type { ReferenceOperation, TensorArray } from "./twin.ts";
import { findReferenceOperation, REFERENCE_OPERATIONS } from "./twins.ts";

/**
 * A Program with its storage. `tensors` are the live arrays of all models: tests write and read them directly. Those of
 * transients may lie over one another.
 */
export interface BoundProgram {
  readonly tensors: ReadonlyMap<string, TensorArray>;
  /** Of all that was allocated for them. */
  readonly bytes: number;
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

/** What a CPU player brings to a Program. */
export interface Stage {
  /** Zeroed storage, exactly as many elements as the region has. */
  allocate(region: MemoryRegion): TensorArray;
  /** What plays that call for that model. */
  find(call: OperationCall, model: number): ReferenceOperation;
}

/** Twins over arrays of their own; `precision` is in bits. */
export function bindProgram(program: Program, precision: 32 | 64): BoundProgram {
  const allocate = ({ type, elements }: MemoryRegion): TensorArray => {
    if (type === "u32") return new Uint32Array(elements);
    return precision === 32 ? new Float32Array(elements) : new Float64Array(elements);
  };
  return stageProgram(program, () => ({ allocate, find: ({ operation }) => findReferenceOperation(operation) }));
}

/** Validates the Program (`ContractError`), then sets the stage, allocates its memory and binds its calls. */
export function stageProgram(program: Program, setStage: (memory: MemoryLayout) => Stage): BoundProgram {
  validateProgram(
    program,
    REFERENCE_OPERATIONS.map((entry) => entry.operation),
  );
  const models = modelsOf(program);
  const memory = layOutMemory(program);
  const stage = setStage(memory);
  const { tensors, bytes } = allocateTensors(program, memory, stage);
  const phases = new Map<string, BoundPhase>();
  for (const [phase, calls] of Object.entries(program.phases)) {
    const bound = calls.map((call) =>
      Array.from({ length: models }, (_, model) =>
        bindCall(call, stage.find(call, model), { program, tensors, model }),
      ),
    );
    phases.set(phase, { calls: bound, operations: calls.map((call) => call.operation) });
  }
  return {
    tensors,
    bytes,
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

function allocateTensors(program: Program, { regions }: MemoryLayout, stage: Stage) {
  const models = modelsOf(program);
  const elements = new Map(program.tensors.map((tensor) => [tensor.name, layoutOf(tensor, models).total]));
  const tensors = new Map<string, TensorArray>();
  let bytes = 0;
  for (const region of regions) {
    const array = stage.allocate(region);
    bytes += array.byteLength;
    for (const name of region.tensors) tensors.set(name, array.subarray(0, elements.get(name)));
  }
  return { tensors, bytes };
}

function bindCall(
  call: OperationCall,
  { operation, bind }: ReferenceOperation,
  where: { readonly program: Program; readonly tensors: ReadonlyMap<string, TensorArray>; readonly model: number },
): BoundCall {
  const { program, tensors, model } = where;
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

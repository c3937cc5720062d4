/**
 * Turns a Program and a plan into buffers and lists of dispatches, as plain data: no GPU object is made here, so all of
 * it can be checked before anything is allocated. What an operation means is not known here.
 */
import { countFlops, MAX_TRIPS } from "../../core/budget.ts";
import { alignSegment, ELEMENT_BYTES } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import { layOutMemory, type MemoryLayout } from "../../core/liveness.ts";
import { layoutOf, modelsOf } from "../../core/model-layout.ts";
import type { Implementation, Kernel, Numbers, Operation, Pass } from "../../core/operation.ts";
import {
  type OperationCall,
  type Plan,
  type PlannedOperation,
  type Program,
  type ProgramTensor,
  plannedFor,
} from "../../core/program.ts";
import { segmentOf, validateProgram } from "../../core/validate-program.ts";
import { findOperation, OPERATIONS } from "../../operations/registry.ts";
import { TRAINING_STEPS } from "../../operations/training-steps.ts";
import type { Dispatch, Segment, Station } from "./dispatch.ts";
import { isPlayed, loopRounds } from "./loops.ts";
import { lowerMicro, type MicroProgram } from "./micro-lowering.ts";
import { defaultSizes, isFeasible } from "./playable.ts";
import { countUniformBytes } from "./uniform-bytes.ts";

/** One call as it is played. */
export interface LoweredCall {
  readonly operation: string;
  readonly label: string;
  readonly planned: PlannedOperation;
  /** Of all models together. */
  readonly flops: number;
  readonly dispatches: readonly Dispatch[];
}

/** The calls of a phase in order of play, and the run-time scalars that playing it needs. */
export interface LoweredPhase {
  readonly calls: readonly LoweredCall[];
  readonly dispatches: readonly Dispatch[];
  readonly scalars: readonly string[];
  /** Those that a kernel reads once for all models, so that they cannot differ from one to the other. */
  readonly common: readonly string[];
}

/** Everything that a player allocates and plays. `bufferBytes` lists regions of tensors, scratch buffers and uniforms by name. */
export interface LoweredProgram {
  readonly memory: MemoryLayout;
  readonly bufferBytes: ReadonlyMap<string, number>;
  readonly phases: ReadonlyMap<string, LoweredPhase>;
  /** Whole training steps, where the plan says so. */
  readonly micro: MicroProgram | null;
}

/** Throws `ContractError` for a Program that contradicts its contracts and for a plan that does not fit it. */
export function lowerProgram(program: Program, plan: Plan): LoweredProgram {
  validateProgram(program, OPERATIONS);
  const tensors = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));
  const models = modelsOf(program);
  const bufferBytes = new Map<string, number>();
  const memory = layOutMemory(program);
  for (const { name, elements } of memory.regions) bufferBytes.set(name, elements * ELEMENT_BYTES);
  const phases = new Map<string, LoweredPhase>();
  for (const [name, calls] of Object.entries(program.phases)) {
    const lowered = calls.map((call) => lowerCall(call, plan, { models, tensors, memory }));
    for (const { scratch } of lowered) {
      // Calls run one after the other and leave nothing in their scratch, so all of them share the same buffers.
      for (const { buffer, sizeBytes, distanceBytes } of scratch.values()) {
        const bytes = (models - 1) * distanceBytes + sizeBytes;
        bufferBytes.set(buffer, Math.max(bytes, bufferBytes.get(buffer) ?? 0));
      }
    }
    const dispatches = lowered.flatMap((call) => call.dispatches);
    const scalars = [...new Set(calls.flatMap((call) => findOperation(call.operation).scalars))];
    phases.set(name, { calls: lowered, dispatches, scalars, common: commonScalars(dispatches, scalars) });
  }
  const planned = plan[TRAINING_STEPS];
  const micro = planned ? lowerMicro(program, planned) : null;
  const uniforms = countUniformBytes([...phases.values()].flatMap((phase) => phase.dispatches));
  return { memory, bufferBytes: new Map([...bufferBytes, ...(micro?.bufferBytes ?? []), ...uniforms]), phases, micro };
}

function commonScalars(dispatches: readonly Dispatch[], scalars: readonly string[]): readonly string[] {
  const stations = dispatches
    .map(({ station }) => station)
    .filter(({ dynamic, kernel }) => dynamic && !kernel.scalarsPerModel);
  const read = new Set(stations.flatMap(({ kernel }) => kernel.scalars.map(({ name }) => name)));
  return scalars.filter((name) => read.has(name));
}

/** A tensor or scratch buffer as a call binds it: the segment of model 0, and how far on that of the next model lies. */
interface BoundSegment extends Segment {
  readonly distanceBytes: number;
}

/** The tensors of a Program, where they lie, and how many models they hold. */
interface Lowering {
  readonly models: number;
  readonly memory: MemoryLayout;
  readonly tensors: ReadonlyMap<string, ProgramTensor>;
}

interface CallWithScratch extends LoweredCall {
  readonly scratch: ReadonlyMap<string, BoundSegment>;
}

function lowerCall(call: OperationCall, plan: Plan, { models, tensors, memory }: Lowering): CallWithScratch {
  const operation = findOperation(call.operation);
  const { implementation, ...planned } = chooseImplementation(call, plan);
  const scratch = scratchSegments(implementation, call, planned.sizes);
  const segments = new Map(scratch);
  for (const [name, binding] of Object.entries(call.tensors)) {
    const tensor = tensors.get(binding.tensor);
    const region = memory.regionOf.get(binding.tensor);
    if (!tensor || !region)
      throw new ContractError({ operation: call.operation, tensor: name }, "a tensor", binding.tensor);
    const { offset, length } = segmentOf(binding, tensor);
    segments.set(name, {
      buffer: region.name,
      offsetBytes: offset * ELEMENT_BYTES,
      sizeBytes: length * ELEMENT_BYTES,
      distanceBytes: layoutOf(tensor, models).distance * ELEMENT_BYTES,
    });
  }
  const dispatches = implementation.passes
    .filter((pass) => isPlayed(pass, call.numbers, planned.sizes))
    .flatMap((pass) => lowerPass(pass, { call, operation, sizes: planned.sizes, segments, models }));
  return {
    ...{ operation: call.operation, label: call.label, dispatches, scratch },
    planned: { implementation: planned.name, sizes: planned.sizes },
    flops: models * countFlops(operation, call.numbers),
  };
}

/** What the plan says of a call, with every size that its kernels know: a plan may be older than a size. */
function chooseImplementation(call: OperationCall, plan: Plan) {
  const { implementations } = findOperation(call.operation);
  const planned = plannedFor(plan, call);
  const implementation = planned && implementations[planned.implementation];
  if (!planned || !implementation) {
    const expected = `a plan with one of ${Object.keys(implementations).join(", ")}`;
    throw new ContractError({ operation: call.operation }, expected, planned?.implementation ?? "none");
  }
  const sizes = { ...defaultSizes(implementation), ...planned.sizes };
  if (!isFeasible(implementation, call.numbers, sizes)) {
    const actual = `${planned.implementation} ${JSON.stringify(sizes)}`;
    throw new ContractError({ operation: `${call.operation} (${call.label})` }, "a feasible plan", actual);
  }
  return { name: planned.implementation, implementation, sizes };
}

function scratchSegments(
  implementation: Implementation,
  call: OperationCall,
  sizes: Numbers,
): Map<string, BoundSegment> {
  const segments = new Map<string, BoundSegment>();
  for (const [i, [name, elements]] of Object.entries(implementation.scratch ?? {}).entries()) {
    const count = elements(call.numbers, sizes);
    segments.set(name, {
      buffer: `scratch ${i}`,
      offsetBytes: 0,
      sizeBytes: count * ELEMENT_BYTES,
      distanceBytes: alignSegment(count) * ELEMENT_BYTES,
    });
  }
  return segments;
}

interface CallContext {
  readonly call: OperationCall;
  readonly operation: Operation;
  readonly sizes: Numbers;
  readonly segments: ReadonlyMap<string, BoundSegment>;
  readonly models: number;
}

function lowerPass(pass: Pass, context: CallContext): Dispatch[] {
  const { sizes, call, models } = context;
  const rounds: readonly Numbers[] = pass.loop ? loopRounds(pass.loop, call.numbers, sizes) : [{}];
  for (const kernel of pass.kernels) refuseLongLoops(kernel, context, rounds);
  const stations = pass.kernels.map((kernel) => createStation(kernel, context));
  return rounds.flatMap((looped) =>
    stations
      .filter(({ kernel }) => looped.t === undefined || !kernel.idle?.(looped.t, call.numbers))
      .map((station): Dispatch => {
        const [x, y] = station.kernel.grid({ ...call.numbers, ...looped }, sizes);
        return { station, grid: [x, y, models], looped };
      })
      .filter(({ grid }) => grid.every((workgroups) => workgroups > 0)),
  );
}

function refuseLongLoops(kernel: Kernel, { call, sizes }: CallContext, rounds: readonly Numbers[]): void {
  // The first chunk is the longest.
  const trips = kernel.trips({ ...call.numbers, ...rounds[0] }, sizes);
  if (trips > MAX_TRIPS) {
    throw new ContractError(
      { operation: kernel.file },
      `at most ${MAX_TRIPS} loop trips per invocation`,
      String(trips),
    );
  }
}

function createStation(kernel: Kernel, context: CallContext): Station {
  const { call, operation, sizes, models } = context;
  const bound = kernel.bindings.map(({ tensor }) => ({ tensor, ...findSegment(kernel, context, tensor) }));
  return {
    kernel,
    sizes,
    label: `${kernel.file} (${call.label})`,
    segments: bound.map(({ buffer, offsetBytes, sizeBytes, distanceBytes }) => ({
      buffer,
      offsetBytes,
      sizeBytes: sizeBytes + (models - 1) * distanceBytes,
    })),
    numbers: { ...call.numbers, ...distances(bound) },
    dynamic: kernel.scalars.some(({ name }) => operation.scalars.includes(name)),
  };
}

function findSegment(kernel: Kernel, { segments }: CallContext, tensor: string): BoundSegment {
  const segment = segments.get(tensor);
  if (!segment) throw new ContractError({ operation: kernel.file, tensor }, "a bound tensor", "nothing");
  return segment;
}

/** The scalars `xPerModel` of the bound tensors x; see `Kernel.scalars`. */
function distances(bound: readonly (BoundSegment & { readonly tensor: string })[]): Numbers {
  return Object.fromEntries(
    bound.map(({ tensor, distanceBytes }) => [`${tensor}PerModel`, distanceBytes / ELEMENT_BYTES]),
  );
}

/**
 * Turns a Program and a plan into buffers and lists of dispatches, as plain data: no GPU object is made here, so all of
 * it can be checked before anything is allocated. What an operation means is not known here.
 */
import { ELEMENT_BYTES, elementCount } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import type { Grid, Implementation, Kernel, Numbers, Operation, Pass } from "../../core/operation.ts";
import type { OperationCall, Plan, Program, ProgramTensor } from "../../core/program.ts";
import { evaluateExtent } from "../../core/required-elements.ts";
import { segmentOf, validateProgram } from "../../core/validate-program.ts";
import { findOperation, OPERATIONS } from "../../operations/registry.ts";

/** Loop trips allowed to one invocation. llvmpipe stops silently after 65,535 in all. */
const MAX_TRIPS = 60_000;

/** A piece of a buffer, in bytes. */
export interface Segment {
  readonly buffer: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** One kernel of one call: what a pipeline and a bind group are made for. */
export interface Station {
  readonly kernel: Kernel;
  readonly sizes: Numbers;
  /** Operation and place in the model, for GPU labels. */
  readonly label: string;
  /** In the order of the kernel's bindings. */
  readonly segments: readonly Segment[];
  /** Extents and constants of the call. */
  readonly numbers: Numbers;
  readonly grid: Grid;
  /** True when some scalar of the kernel is given at each play. */
  readonly dynamic: boolean;
}

/** One dispatch: a station, and the loop index where its pass loops. */
export interface Dispatch {
  readonly station: Station;
  readonly t: number | undefined;
}

/** The dispatches of a phase, and the run-time scalars that playing it needs. */
export interface LoweredPhase {
  readonly dispatches: readonly Dispatch[];
  readonly scalars: readonly string[];
}

/** Everything that a player allocates and plays. `bufferBytes` lists tensors and scratch buffers by name. */
export interface LoweredProgram {
  readonly bufferBytes: ReadonlyMap<string, number>;
  readonly phases: ReadonlyMap<string, LoweredPhase>;
}

/** Throws `ContractError` for a Program that contradicts its contracts and for a plan that does not fit it. */
export function lowerProgram(program: Program, plan: Plan): LoweredProgram {
  validateProgram(program, OPERATIONS);
  const tensors = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));
  const bufferBytes = new Map<string, number>();
  for (const tensor of program.tensors) bufferBytes.set(tensor.name, elementCount(tensor.shape) * ELEMENT_BYTES);
  const phases = new Map<string, LoweredPhase>();
  for (const [name, calls] of Object.entries(program.phases)) {
    const lowered = calls.map((call) => lowerCall(call, plan, tensors));
    for (const { scratch } of lowered) {
      // Calls run one after the other, so those of one operation share its scratch buffers.
      for (const { buffer, sizeBytes } of scratch.values()) {
        bufferBytes.set(buffer, Math.max(sizeBytes, bufferBytes.get(buffer) ?? 0));
      }
    }
    phases.set(name, {
      dispatches: lowered.flatMap(({ dispatches }) => dispatches),
      scalars: [...new Set(calls.flatMap((call) => findOperation(call.operation).scalars))],
    });
  }
  return { bufferBytes, phases };
}

interface LoweredCall {
  readonly dispatches: readonly Dispatch[];
  readonly scratch: ReadonlyMap<string, Segment>;
}

function lowerCall(call: OperationCall, plan: Plan, tensors: ReadonlyMap<string, ProgramTensor>): LoweredCall {
  const operation = findOperation(call.operation);
  const planned = plan[call.operation];
  const implementation = planned && operation.implementations[planned.implementation];
  if (!planned || !implementation) {
    const known = Object.keys(operation.implementations).join(", ");
    throw new ContractError(
      { operation: call.operation },
      `a plan with one of ${known}`,
      planned?.implementation ?? "none",
    );
  }
  const scratch = scratchSegments(implementation, call, planned.sizes);
  const segments = new Map(scratch);
  for (const [name, binding] of Object.entries(call.tensors)) {
    const tensor = tensors.get(binding.tensor);
    if (!tensor) throw new ContractError({ operation: call.operation, tensor: name }, "a tensor", binding.tensor);
    const { offset, length } = segmentOf(binding, tensor);
    segments.set(name, {
      buffer: binding.tensor,
      offsetBytes: offset * ELEMENT_BYTES,
      sizeBytes: length * ELEMENT_BYTES,
    });
  }
  const dispatches = implementation.passes
    .filter((pass) => isPlayed(pass, call.numbers))
    .flatMap((pass) => lowerPass(pass, { call, operation, sizes: planned.sizes, segments }));
  return { dispatches, scratch };
}

function scratchSegments(implementation: Implementation, call: OperationCall, sizes: Numbers): Map<string, Segment> {
  const segments = new Map<string, Segment>();
  for (const [name, elements] of Object.entries(implementation.scratch ?? {})) {
    const sizeBytes = elements(call.numbers, sizes) * ELEMENT_BYTES;
    segments.set(name, { buffer: `${call.operation}, scratch ${name}`, offsetBytes: 0, sizeBytes });
  }
  return segments;
}

function isPlayed(pass: Pass, numbers: Numbers): boolean {
  return Object.entries(pass.when ?? {}).every(([constant, value]) => numbers[constant] === value);
}

interface CallContext {
  readonly call: OperationCall;
  readonly operation: Operation;
  readonly sizes: Numbers;
  readonly segments: ReadonlyMap<string, Segment>;
}

function lowerPass(pass: Pass, context: CallContext): Dispatch[] {
  const stations = pass.kernels.map((kernel) => createStation(kernel, context));
  if (!pass.loop) return stations.map((station) => ({ station, t: undefined }));
  const { numbers } = context.call;
  return loopIndices(pass.loop, numbers).flatMap((t) =>
    stations.filter(({ kernel }) => !kernel.idle?.(t, numbers)).map((station) => ({ station, t })),
  );
}

/** From `from` to `to` inclusive, upwards or downwards. */
function loopIndices(loop: NonNullable<Pass["loop"]>, numbers: Numbers): number[] {
  const [from, to] = [loop.from, loop.to].map((bound) => evaluateExtent(String(bound), numbers));
  if (from === undefined || to === undefined) return [];
  const direction = to >= from ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + direction * i);
}

function createStation(kernel: Kernel, context: CallContext): Station {
  const { call, operation, sizes, segments } = context;
  const trips = kernel.trips(call.numbers, sizes);
  if (trips > MAX_TRIPS) {
    throw new ContractError(
      { operation: kernel.file },
      `at most ${MAX_TRIPS} loop trips per invocation`,
      String(trips),
    );
  }
  return {
    kernel,
    sizes,
    label: `${kernel.file} (${call.label})`,
    segments: kernel.bindings.map(({ tensor }) => {
      const segment = segments.get(tensor);
      if (!segment) throw new ContractError({ operation: kernel.file, tensor }, "a bound tensor", "nothing");
      return segment;
    }),
    numbers: call.numbers,
    grid: kernel.grid(call.numbers, sizes),
    dynamic: kernel.scalars.some(({ name }) => operation.scalars.includes(name)),
  };
}

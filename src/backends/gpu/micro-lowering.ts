/**
 * Lowers whole training steps to one dispatch, as plain data: where every tensor of the training phases lies in one arena, the
 * table of calls that the kernel walks through, and how many steps fit into a dispatch. What the operations mean is not
 * known here; `micro-forms.ts` says how the kernel computes each.
 */
import { countFlops, DISPATCH_MS, guessRate, MAX_TRIPS, planMs } from "../../core/budget.ts";
import { alignSegment, ELEMENT_BYTES } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import { layoutOf, modelsOf } from "../../core/model-layout.ts";
import type { Numbers } from "../../core/operation.ts";
import type { OperationCall, PhaseName, PlannedOperation, Program, ProgramTensor } from "../../core/program.ts";
import { segmentOf } from "../../core/validate-program.ts";
import { MICRO_FORMS, type MicroForm } from "../../operations/micro-forms.ts";
import { findOperation } from "../../operations/registry.ts";
import {
  MICRO,
  MICRO_KERNEL,
  MICRO_ROUTINES,
  MICRO_TABLE,
  MICRO_UPLOADED_STEPS,
  TRAINING_PHASES,
  TRAINING_STEPS,
} from "../../operations/training-steps.ts";
import type { Dispatch, Segment } from "./dispatch.ts";
import { type Rounds, sortIntoRounds } from "./micro-rounds.ts";

/** A run-time scalar of a phase: its place in a row of what a step is given. */
export interface MicroColumn {
  readonly phase: PhaseName;
  readonly name: string;
  readonly type: "u32" | "f32";
}

/** A tensor in the arena, all its models, in bytes. */
export interface ArenaPlace {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Everything that playing whole steps needs. */
export interface MicroProgram {
  /** Its scalars `first` and `steps` are given at each play. */
  readonly dispatch: Dispatch;
  /** In order. */
  readonly phases: readonly PhaseName[];
  readonly table: Uint32Array<ArrayBuffer>;
  readonly columns: readonly MicroColumn[];
  readonly models: number;
  /** Steps of one dispatch, at most. */
  readonly steps: number;
  /** Of such a dispatch, of all models together. */
  readonly flops: number;
  readonly arena: ReadonlyMap<string, ArenaPlace>;
  readonly bufferBytes: ReadonlyMap<string, number>;
}

/** Names of its buffers. */
export const MICRO_BUFFERS = {
  table: `${TRAINING_STEPS}, table`,
  given: `${TRAINING_STEPS}, scalars`,
  arena: `${TRAINING_STEPS}, arena`,
} as const;

/** Bytes of an arena: it holds resident data a second time, which tiny networks have little of. */
const MAX_ARENA_BYTES = 2 ** 24;

/** A call with its form. */
interface FormedCall {
  readonly phase: PhaseName;
  readonly call: OperationCall;
  readonly form: MicroForm;
}

/** The training phases that a Program has. */
function phasesOf({ phases }: Program): readonly PhaseName[] {
  return TRAINING_PHASES.filter((phase) => phases[phase] !== undefined);
}

/** The calls of a step, or in words why the kernel cannot play them. */
function formCalls(program: Program, lanes: number): readonly FormedCall[] | string {
  const formed: FormedCall[] = [];
  for (const phase of phasesOf(program)) {
    for (const call of program.phases[phase] ?? []) {
      const form = MICRO_FORMS[call.operation];
      if (!form) return `${call.operation} (${call.label}), which the kernel does not know`;
      if (!(form.feasible?.(call.numbers, lanes) ?? true)) {
        return `${call.operation} (${call.label}) with ${JSON.stringify(call.numbers)} on ${lanes} lanes`;
      }
      formed.push({ phase, call, form });
    }
  }
  const flags = new Set(formed.flatMap(({ call }) => call.tensors.flags?.tensor ?? []));
  if (flags.size > 1) return `flags in ${[...flags].join(" and ")}`;
  const bytes = layOutArena(program, formed, modelsOf(program)).total * ELEMENT_BYTES;
  if (bytes > MAX_ARENA_BYTES) return `${bytes} bytes of tensors`;
  const trips = tripsOf(formed, lanes);
  return trips > MAX_TRIPS ? `${trips} loop trips in a step` : formed;
}

function tripsOf(formed: readonly FormedCall[], lanes: number): number {
  // The walk from list to list is counted with every call, which has at most one list of its own in each of as many rounds.
  const walk = 1 + formed.length * MICRO_ROUTINES.length;
  return formed.reduce((sum, { call, form }) => sum + 1 + form.trips(call.numbers, lanes), walk);
}

function lanesOf({ sizes }: Pick<PlannedOperation, "sizes">): number {
  return sizes.WORKGROUP_SIZE ?? MICRO_KERNEL.sizes.WORKGROUP_SIZE ?? 1;
}

/** True where the kernel can play the training steps of a Program with these sizes. */
export function isMicroFeasible(program: Program, sizes: Numbers): boolean {
  return phasesOf(program).length > 0 && typeof formCalls(program, lanesOf({ sizes })) !== "string";
}

/** Throws `ContractError` where the plan names another implementation or the kernel cannot play the Program. */
export function lowerMicro(program: Program, planned: PlannedOperation): MicroProgram {
  if (planned.implementation !== MICRO) {
    throw new ContractError({ operation: TRAINING_STEPS }, MICRO, planned.implementation);
  }
  const lanes = lanesOf(planned);
  const formed = formCalls(program, lanes);
  if (typeof formed === "string") throw new ContractError({ operation: TRAINING_STEPS }, "a feasible plan", formed);
  const models = modelsOf(program);
  const arena = layOutArena(program, formed, models);
  const columns = columnsOf(formed);
  const rounds = sortIntoRounds(program, formed, MICRO_ROUTINES.length, ({ form }) =>
    MICRO_ROUTINES.indexOf(form.routine),
  );
  const table = writeTable(rounds, { arena, columns });
  const flags = formed.map(({ call }) => call.tensors.flags?.tensor).find((name) => name !== undefined);
  const place = flags === undefined ? { offset: 0, distance: 0 } : arena.elements.get(flags);
  const flopsPerStep = formed.reduce(
    (sum, { call }) => sum + models * countFlops(findOperation(call.operation), call.numbers),
    0,
  );
  const stepsByTime = DISPATCH_MS.wished / planMs(flopsPerStep, guessRate(true));
  const stepsByTrips = MAX_TRIPS / tripsOf(formed, lanes);
  const steps = Math.min(Math.max(Math.floor(Math.min(stepsByTime, stepsByTrips)), 1), MICRO_UPLOADED_STEPS);
  const bufferBytes = new Map([
    [MICRO_BUFFERS.table, table.byteLength],
    [MICRO_BUFFERS.given, MICRO_UPLOADED_STEPS * models * Math.max(columns.length, 1) * ELEMENT_BYTES],
    [MICRO_BUFFERS.arena, arena.total * ELEMENT_BYTES],
  ]);
  return {
    dispatch: createDispatch(bufferBytes, {
      sizes: { WORKGROUP_SIZE: lanes, ...sizesFor(formed) },
      numbers: {
        ...{ rounds: rounds.length, ends: formed.length * MICRO_TABLE.callWords, columns: columns.length, models },
        ...{ flags: place?.offset ?? 0, flagsPerModel: place?.distance ?? 0 },
      },
    }),
    phases: phasesOf(program),
    table,
    columns,
    models,
    steps,
    flops: steps * flopsPerStep,
    arena: arena.places,
    bufferBytes,
  };
}

function createDispatch(
  bufferBytes: ReadonlyMap<string, number>,
  { sizes, numbers }: { readonly sizes: Numbers; readonly numbers: Numbers },
): Dispatch {
  const segment = (buffer: string): Segment => ({ buffer, offsetBytes: 0, sizeBytes: bufferBytes.get(buffer) ?? 0 });
  const segments = [segment(MICRO_BUFFERS.table), segment(MICRO_BUFFERS.given), segment(MICRO_BUFFERS.arena)];
  const station = {
    kernel: MICRO_KERNEL,
    sizes,
    label: MICRO_KERNEL.file,
    segments,
    numbers,
    dynamic: true,
  };
  return { station, grid: MICRO_KERNEL.grid(numbers, sizes), looped: {} };
}

interface Arena {
  readonly total: number;
  /** First element of a tensor, and the distance from one model's copy to the next. */
  readonly elements: ReadonlyMap<
    string,
    { readonly offset: number; readonly distance: number; readonly tensor: ProgramTensor }
  >;
  readonly places: ReadonlyMap<string, ArenaPlace>;
}

/** Every tensor that a call binds, one behind the other; word 0 and its segment serve routines that read no such tensor. */
function layOutArena({ tensors }: Program, formed: readonly FormedCall[], models: number): Arena {
  const bound = new Set(formed.flatMap(({ call }) => Object.values(call.tensors).map(({ tensor }) => tensor)));
  const elements = new Map<string, { offset: number; distance: number; tensor: ProgramTensor }>();
  const places = new Map<string, ArenaPlace>();
  let offset = alignSegment(1);
  for (const tensor of tensors) {
    if (!bound.has(tensor.name)) continue;
    const { distance, total } = layoutOf(tensor, models);
    elements.set(tensor.name, { offset, distance, tensor });
    places.set(tensor.name, { offsetBytes: offset * ELEMENT_BYTES, sizeBytes: total * ELEMENT_BYTES });
    offset += alignSegment(total);
  }
  return { total: offset, elements, places };
}

function columnsOf(formed: readonly FormedCall[]): readonly MicroColumn[] {
  const columns = new Map<string, MicroColumn>();
  for (const { phase, form } of formed) {
    for (const { name, type } of form.scalars ?? []) columns.set(`${phase} ${name} ${type}`, { phase, name, type });
  }
  return [...columns.values()];
}

/** What the table refers to. */
interface Referred {
  readonly arena: Arena;
  readonly columns: readonly MicroColumn[];
}

/** The calls in the order in which they are played, then for each round and routine the word where its calls end. */
function writeTable(rounds: Rounds<FormedCall>, referred: Referred): Uint32Array<ArrayBuffer> {
  const { callWords } = MICRO_TABLE;
  const lists = rounds.flat();
  const calls = lists.flat();
  const table = new Uint32Array(calls.length * callWords + lists.length);
  for (const [i, one] of calls.entries()) writeCall(table.subarray(i * callWords, (i + 1) * callWords), one, referred);
  let end = 0;
  for (const [i, list] of lists.entries()) {
    end += list.length * callWords;
    table[calls.length * callWords + i] = end;
  }
  return table;
}

/** Sizes that leave out of the kernel what these calls have no use for. */
function sizesFor(formed: readonly FormedCall[]): Numbers {
  let ROUTINES = 0;
  let CELLS = 0;
  let UNITS = 1;
  for (const { call, form } of formed) {
    ROUTINES |= 2 ** MICRO_ROUTINES.indexOf(form.routine);
    const needs = form.needs?.(call.numbers);
    CELLS |= needs?.CELLS ?? 0;
    UNITS = Math.max(UNITS, needs?.UNITS ?? 1);
  }
  return { ROUTINES, CELLS, UNITS };
}

/** Tensors, then numbers: see `lib/micro-access.wgsl`. */
function writeCall(row: Uint32Array, { phase, call, form }: FormedCall, { arena, columns }: Referred): void {
  for (const [i, name] of Object.values(form.tensors).entries()) {
    const binding = name === null ? undefined : call.tensors[name];
    const place = binding && arena.elements.get(binding.tensor);
    if (!binding || !place) continue;
    row[2 * i] = place.offset + segmentOf(binding, place.tensor).offset;
    row[2 * i + 1] = place.distance;
  }
  const floats = new Float32Array(row.buffer, row.byteOffset, row.length);
  let at: number = MICRO_TABLE.firstNumber;
  for (const word of Object.values(form.words(call.numbers))) row[at++] = word;
  for (const name of form.floats ?? []) floats[at++] = call.numbers[name] ?? Number.NaN;
  for (const { name, type } of form.scalars ?? []) {
    row[at++] = columns.findIndex((column) => column.phase === phase && column.name === name && column.type === type);
  }
}

/**
 * Which tensors of a Program lie in the same memory: transients that never live at the same time. A transient lives from the
 * first call that touches it to the last one, in every run of calls that nothing interrupts: all phases of a training step in
 * their order, and each other phase by itself. Every other tensor has memory of its own, because somebody wants what it held
 * before or after such a run: what the host reads or writes, what goes on from play to play, and zeros that a call reads and
 * no call writes (row 0 of states). Nothing here knows a buffer; every player allocates the regions as they are.
 */
import { ELEMENT_BYTES } from "./dims.ts";
import { ContractError } from "./errors.ts";
import { layoutOf, modelsOf } from "./model-layout.ts";
import type { ElementType } from "./operation.ts";
import type { OperationCall, Program, ProgramTensor } from "./program.ts";

/** Memory of one tensor, or of several transients one after the other. All of them begin at its first element. */
export interface MemoryRegion {
  /** The name of its only tensor; of several, says so behind the largest one's. */
  readonly name: string;
  readonly type: ElementType;
  /** All models together: as many as the largest of its tensors has. */
  readonly elements: number;
  readonly tensors: readonly string[];
}

/** The memory of a Program. */
export interface MemoryLayout {
  readonly regions: readonly MemoryRegion[];
  readonly regionOf: ReadonlyMap<string, MemoryRegion>;
  /** All regions together, without what a player needs besides. */
  readonly bytes: number;
}

/** The first and the last call that touch a tensor in a run of calls, by index. */
interface Life {
  readonly first: number;
  readonly last: number;
}

/** True for a tensor whose content ends with the play that put it there, so that nobody outside may read or write it. */
export function isTransient({ trainingStep }: Program, { role }: Pick<ProgramTensor, "role">): boolean {
  return trainingStep !== undefined && role === "transient";
}

/** Runs of calls that nothing interrupts: the training step, where the Program names one, and every other phase. */
export function uninterruptedCalls({ phases, trainingStep = [] }: Program): readonly (readonly OperationCall[])[] {
  const step = trainingStep.flatMap((phase) => phases[phase] ?? []);
  const names: readonly string[] = trainingStep;
  const others = Object.entries(phases).flatMap(([phase, calls]) => (names.includes(phase) ? [] : [calls]));
  return [step, ...others];
}

function findLives(calls: readonly OperationCall[]): ReadonlyMap<string, Life> {
  const lives = new Map<string, Life>();
  for (const [index, call] of calls.entries()) {
    for (const { tensor } of Object.values(call.tensors)) {
      lives.set(tensor, { first: lives.get(tensor)?.first ?? index, last: index });
    }
  }
  return lives;
}

/**
 * Lays a Program out. Larger transients choose first, and each takes the first region in which nobody lives while it does. Two
 * tensors of one call never share, because both live then: WebGPU could not bind them otherwise. A Program without a
 * `trainingStep` is looked at phase by phase, so nothing in it shares.
 */
export function layOutMemory(program: Program): MemoryLayout {
  const models = modelsOf(program);
  const lives = uninterruptedCalls(program).map(findLives);
  const meet = (a: string, b: string) =>
    lives.some((known) => {
      const [one, other] = [known.get(a), known.get(b)];
      return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
    });
  const sized = program.tensors.map((tensor) => ({ ...tensor, elements: layoutOf(tensor, models).total }));
  const lasting = sized.filter((tensor) => !isTransient(program, tensor));
  const transients = sized.filter((tensor) => isTransient(program, tensor));
  const shared: { readonly type: ElementType; readonly elements: number; readonly tensors: string[] }[] = [];
  for (const { name, type, elements } of transients.sort((a, b) => b.elements - a.elements)) {
    const free = shared.find((region) => region.type === type && !region.tensors.some((other) => meet(name, other)));
    if (free) free.tensors.push(name);
    else shared.push({ type, elements, tensors: [name] });
  }
  const regions = [
    ...lasting.map(({ name, type, elements }): MemoryRegion => ({ name, type, elements, tensors: [name] })),
    ...shared.map((region): MemoryRegion => ({ ...region, name: nameRegion(region.tensors) })),
  ];
  return {
    regions,
    regionOf: new Map(regions.flatMap((region) => region.tensors.map((tensor) => [tensor, region] as const))),
    bytes: regions.reduce((sum, { elements }) => sum + elements * ELEMENT_BYTES, 0),
  };
}

function nameRegion([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and others in turn`;
}

/** Throws `ContractError` where somebody outside asks for a transient: another tensor may lie in its place by now. */
export function refuseTransient(operation: "read" | "write", program: Program, tensor: ProgramTensor): void {
  if (!isTransient(program, tensor)) return;
  const actual = "a transient, whose content ends with the step";
  throw new ContractError({ operation, tensor: tensor.name }, "a tensor that outlives its play", actual);
}

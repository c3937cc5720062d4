/**
 * Ways to play the calls at one place of the model, and what each should cost by a simple model: dispatches, and FLOPs at
 * the adapter's rate, slowed down where a dispatch has fewer invocations than the adapter has lanes. The model only picks
 * a start and an order; what is nearly equal to it is for measurements to tell apart.
 */
import { countFlops, guessRate, type Rate } from "../../core/budget.ts";
import type { Implementation, Numbers } from "../../core/operation.ts";
import type { PlannedOperation } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { isPlayed, loopRounds } from "./loops.ts";
import { chooseSizes, chunkSizes, type Group } from "./plan.ts";
import { findImplementation, isPlayable } from "./playable.ts";

/** Invocations that keep an adapter busy. */
const LANES = { software: 8, hardware: 8192 };

/** Workgroup size of a kernel that does not name one. */
const UNNAMED_WORKGROUP_SIZE = 64;

/** What candidates are made for. */
export interface Place {
  readonly group: Group;
  readonly software: boolean;
}

/** One candidate per implementation that can play all calls, with its default sizes, cheapest by the model first. */
export function listImplementations(place: Place): readonly PlannedOperation[] {
  const { implementations } = findOperation(place.group[0].operation);
  const candidates = Object.entries(implementations).flatMap(([name, data]) => {
    return candidateWith(place, name, chooseSizes(data, place.group, place.software)) ?? [];
  });
  return byCost(place, candidates);
}

/** Candidates that differ from `planned` in one of the sizes that its implementation offers a choice of. */
export function listVariations(place: Place, planned: PlannedOperation): readonly PlannedOperation[] {
  const { choices = {} } = implementationAt(place, planned.implementation);
  const candidates = Object.entries(choices).flatMap(([size, values]) =>
    values
      .filter((value) => value !== planned.sizes[size])
      .flatMap((value) => candidateWith(place, planned.implementation, { ...planned.sizes, [size]: value }) ?? []),
  );
  return byCost(place, candidates);
}

/** The same with chunks as long as a measured rate allows. */
export function withChunks(place: Place, { implementation, sizes }: PlannedOperation, rate: Rate): PlannedOperation {
  const data = implementationAt(place, implementation);
  return { implementation, sizes: { ...sizes, ...chunkSizes(data, sizes, { group: place.group, rate }) } };
}

/** Milliseconds of all calls by the model. */
function estimateMs({ group, software }: Place, { implementation, sizes }: PlannedOperation): number {
  const operation = findOperation(group[0].operation);
  const rate = guessRate(software);
  const lanes = software ? LANES.software : LANES.hardware;
  const data = operation.implementations[implementation];
  if (!data) return Number.POSITIVE_INFINITY;
  return group.reduce((sum, { numbers }) => {
    const invocations = dispatchInvocations(data, numbers, sizes);
    const ms = countFlops(operation, numbers) / rate.flopsPerMs / Math.max(invocations.length, 1);
    const costs = invocations.map((count) => rate.dispatchMs + ms / Math.min(1, count / lanes));
    return sum + costs.reduce((total, cost) => total + cost, 0);
  }, 0);
}

function candidateWith(place: Place, implementation: string, sizes: Numbers): PlannedOperation | undefined {
  const chunked = withChunks(place, { implementation, sizes }, guessRate(place.software));
  return isPlayable(place, chunked) ? chunked : undefined;
}

/** Sorted by the model; what costs the same stays in order. */
function byCost(place: Place, candidates: readonly PlannedOperation[]): readonly PlannedOperation[] {
  return candidates
    .map((planned) => ({ planned, ms: estimateMs(place, planned) }))
    .sort((a, b) => a.ms - b.ms)
    .map(({ planned }) => planned);
}

/** The implementation that a candidate of this place has. */
function implementationAt({ group }: Place, name: string): Implementation {
  const { operation } = group[0];
  const data = findImplementation(operation, name);
  if (!data) throw new Error(`${operation} has no implementation ${name}`);
  return data;
}

/** Invocations of each dispatch of a call. */
function dispatchInvocations({ passes }: Implementation, numbers: Numbers, sizes: Numbers): readonly number[] {
  return passes
    .filter((pass) => isPlayed(pass, numbers, sizes))
    .flatMap(({ kernels, loop }) => {
      const rounds: readonly Numbers[] = loop ? loopRounds(loop, numbers, sizes) : [{}];
      const first = { ...numbers, ...rounds[0] };
      return kernels.flatMap((kernel) => {
        const [x, y, z] = kernel.grid(first, sizes);
        const lanes = sizes.WORKGROUP_SIZE ?? UNNAMED_WORKGROUP_SIZE;
        return rounds.map(() => x * y * z * lanes);
      });
    });
}

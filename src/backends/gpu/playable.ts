/**
 * What can be played: closed forms of an implementation, trips, and whole sizes. A plan comes from a file, a link or a memory
 * as often as from here, so every size is looked at before a kernel is made of it.
 */
import { MAX_TRIPS } from "../../core/budget.ts";
import { type Implementation, type Numbers, PORTABLE_LIMITS } from "../../core/operation.ts";
import type { OperationCall, PlannedOperation } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { isPlayed, loopRounds } from "./loops.ts";

/** True where a device with the default limits can play a call of these numbers. */
export function isFeasible({ feasible }: Implementation, numbers: Numbers, sizes: Numbers): boolean {
  return feasible?.(numbers, sizes, PORTABLE_LIMITS) ?? true;
}

/** Every size of an implementation with its default. */
export function defaultSizes({ passes, sizes }: Implementation): Record<string, number> {
  const kernels = passes.flatMap((pass) => pass.kernels);
  return Object.assign({}, sizes, ...kernels.map((kernel) => kernel.sizes));
}

/** The implementation of that name, which may come from outside; undefined where the operation has none. */
export function findImplementation(operation: string, name: string): Implementation | undefined {
  const { implementations } = findOperation(operation);
  return Object.hasOwn(implementations, name) ? implementations[name] : undefined;
}

/**
 * True where every call of the place can be played so: whole sizes that a device with the default limits has, feasible, and
 * within the trips of every adapter. Sizes that are not named have their defaults.
 */
export function isPlayable(
  { group }: { readonly group: readonly [OperationCall, ...OperationCall[]] },
  { implementation, sizes: named }: PlannedOperation,
): boolean {
  const data = findImplementation(group[0].operation, implementation);
  if (!data) return false;
  const sizes: Record<string, number> = { ...defaultSizes(data), ...named };
  const areWhole = Object.values(sizes).every((size) => Number.isSafeInteger(size) && size >= 1);
  if (!areWhole || (sizes.WORKGROUP_SIZE ?? 1) > PORTABLE_LIMITS.maxInvocations) return false;
  return group.every(({ numbers }) => isFeasible(data, numbers, sizes) && isWithinTrips(data, numbers, sizes));
}

function isWithinTrips({ passes }: Implementation, numbers: Numbers, sizes: Numbers): boolean {
  return passes
    .filter((pass) => isPlayed(pass, numbers, sizes))
    .every(({ kernels, loop }) => {
      // The first chunk is the longest.
      const longest = { ...numbers, ...(loop && loopRounds(loop, numbers, sizes)[0]) };
      return kernels.every((kernel) => kernel.trips(longest, sizes) <= MAX_TRIPS);
    });
}

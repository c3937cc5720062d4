/**
 * The fixed defaults of the plan: for each place of the model the first implementation that can play its calls, with its
 * own sizes, which suit software renderers, wider workgroups where there is a real GPU, and chunks by the budget. A saved
 * plan goes first wherever this device can play it.
 */
import { chunkLength, countFlops, guessRate, planMs, type Rate } from "../../core/budget.ts";
import type { Implementation, Numbers } from "../../core/operation.ts";
import {
  type OperationCall,
  type Plan,
  type PlannedOperation,
  type Program,
  planKey,
  plannedFor,
} from "../../core/program.ts";
import { PLAYER } from "../../core/shared-plan.ts";
import { findOperation } from "../../operations/registry.ts";
import { MICRO, TRAINING_STEPS } from "../../operations/training-steps.ts";
import { isPlayed, loopRange } from "./loops.ts";
import { isMicroFeasible } from "./micro-lowering.ts";
import { defaultSizes, findImplementation, isFeasible, isPlayable } from "./playable.ts";

/** A GPU hides latency with threads; software renderers pay for each one (measured: 4–16 are best there). */
const HARDWARE_WORKGROUP_SIZE = 64;

/** Slabs that a sum over rows is cut into: enough work for every core, few enough to add up again. */
const SLABS = { software: 4, hardware: 32 };

/** Fewer rows are not worth a slab; in longer ones the rounding of a serial f32 sum shows. */
const SLAB_ROWS = { minimum: 256, maximum: 4096 };

/**
 * Implementation and sizes for every operation that the Program calls: one entry for an operation whose places agree, one
 * for each place where they do not. `saved` is an earlier plan, of this device or of another.
 */
export function planDefaults(program: Program, software: boolean, saved: Plan = {}): Plan {
  const calls = Object.values(program.phases).flat();
  const plan: Record<string, PlannedOperation> = {};
  for (const name of new Set(calls.map(({ operation }) => operation))) {
    const own = calls.filter(({ operation }) => operation === name);
    const planned = groupByPlace(own).map((group): [string, PlannedOperation] => {
      return [planKey(group[0]), choosePlayable(group, saved, software) ?? chooseDefault(group, own, software)];
    });
    Object.assign(plan, mergeAgreeing(name, planned));
  }
  const steps = saved[TRAINING_STEPS];
  if (steps?.implementation === MICRO && isMicroFeasible(program, steps.sizes)) plan[TRAINING_STEPS] = steps;
  return plan;
}

/** The calls at one place of the model, which are planned together. */
export type Group = readonly [OperationCall, ...OperationCall[]];

/** Calls of one operation by their labels. */
export function groupByPlace(calls: readonly OperationCall[]): readonly Group[] {
  const groups = new Map<string, [OperationCall, ...OperationCall[]]>();
  for (const call of calls) {
    const group = groups.get(call.label);
    if (group) group.push(call);
    else groups.set(call.label, [call]);
  }
  return [...groups.values()];
}

/** One entry under the operation's name where all places have the same, otherwise one for each. */
function mergeAgreeing(
  operation: string,
  planned: readonly (readonly [key: string, planned: PlannedOperation])[],
): Plan {
  const [first] = planned;
  const text = JSON.stringify(first?.[1]);
  if (first && planned.every(([, other]) => JSON.stringify(other) === text)) return { [operation]: first[1] };
  return Object.fromEntries(planned);
}

/** What `saved` says of the calls where it can be played; undefined where it says nothing or was made for another player. */
function choosePlayable(group: Group, saved: Plan, software: boolean): PlannedOperation | undefined {
  const [{ operation }] = group;
  const planned = plannedFor(saved, group[0]);
  const data = planned && findImplementation(operation, planned.implementation);
  if (!planned || !data || !isPlayable({ group }, planned)) return undefined;
  const { implementation } = planned;
  const sizes = { ...defaultSizes(data), ...planned.sizes };
  // Only a link names a player. Its chunks may be those of a faster device.
  return {
    implementation,
    sizes: PLAYER in saved ? capChunks(data, sizes, { group, rate: guessRate(software) }) : sizes,
  };
}

/** Chunks that are no longer than the budget allows here; those that sums go on over are left, because they decide its bits. */
function capChunks(data: Implementation, sizes: Numbers, paced: Paced): Numbers {
  const kept = new Set(data.passes.flatMap(({ loop }) => (loop?.accumulates && loop.by ? [loop.by] : [])));
  const capped = Object.entries(chunkSizes(data, sizes, paced)).flatMap(([name, length]) =>
    kept.has(name) ? [] : [[name, Math.min(length, sizes[name] ?? length)] as const],
  );
  return { ...sizes, ...Object.fromEntries(capped) };
}

function chooseDefault(group: Group, all: readonly OperationCall[], software: boolean): PlannedOperation {
  const [{ operation, label }] = group;
  const listed = Object.entries(findOperation(operation).implementations);
  const suiting = listed.filter(([, { madeFor }]) => (madeFor === "hardware") !== software);
  for (const [implementation, data] of new Map([...suiting, ...listed])) {
    const widened = chooseSizes(data, all, software);
    const sizes = { ...widened, ...chunkSizes(data, widened, { group, rate: guessRate(software) }) };
    if (group.every(({ numbers }) => isFeasible(data, numbers, sizes))) return { implementation, sizes };
  }
  throw new Error(`${operation} (${label}) has no implementation for all of its calls`);
}

/** Sizes of an implementation for an adapter of that kind; chunks are not yet those of the budget. */
export function chooseSizes(
  implementation: Implementation,
  calls: readonly OperationCall[],
  software: boolean,
): Record<string, number> {
  const rows = Math.max(...calls.map(({ numbers }) => numbers.N ?? 1));
  const sizes = defaultSizes(implementation);
  if (!software && sizes.WORKGROUP_SIZE !== undefined) {
    sizes.WORKGROUP_SIZE = Math.max(sizes.WORKGROUP_SIZE, HARDWARE_WORKGROUP_SIZE);
  }
  if (sizes.SLAB_ROWS !== undefined) {
    const wanted = Math.ceil(rows / (software ? SLABS.software : SLABS.hardware));
    sizes.SLAB_ROWS = Math.min(Math.max(wanted, SLAB_ROWS.minimum), SLAB_ROWS.maximum);
  }
  const own = software ? implementation.software?.(calls.map(({ numbers }) => numbers)) : implementation.hardware;
  return { ...sizes, ...own };
}

/** Calls that share a plan, and the rate at which the adapter plays them. */
interface Paced {
  readonly group: Group;
  readonly rate: Rate;
}

/**
 * Lengths of the chunks that loops go by, such that each dispatch keeps to the budget for every call of the group: the
 * shortest that a call needs, or the longest loop where all are played whole.
 */
export function chunkSizes(implementation: Implementation, sizes: Numbers, { group, rate }: Paced): Numbers {
  const whole: Record<string, number> = {};
  const cut: Record<string, number> = {};
  for (const { operation, numbers } of group) {
    const ms = planMs(countFlops(findOperation(operation), numbers), rate);
    for (const pass of implementation.passes) {
      const { loop, kernels } = pass;
      if (loop?.by === undefined || !isPlayed(pass, numbers, sizes)) continue;
      const trips = (steps: number) => Math.max(...kernels.map((kernel) => kernel.trips({ ...numbers, steps }, sizes)));
      const indices = loopRange(loop, numbers).total;
      const steps = chunkLength({ indices, ms, trips });
      if (steps < indices) cut[loop.by] = Math.min(cut[loop.by] ?? steps, steps);
      else whole[loop.by] = Math.max(whole[loop.by] ?? steps, steps);
    }
  }
  return { ...whole, ...cut };
}

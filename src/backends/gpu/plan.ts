/**
 * The fixed defaults of the plan: the first implementation of each operation that can play all its calls, with its own
 * sizes, which suit software renderers, and wider workgroups where there is a real GPU.
 */
import { type Implementation, type Numbers, PORTABLE_LIMITS } from "../../core/operation.ts";
import type { OperationCall, PlannedOperation, Program } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";

/** A GPU hides latency with threads; software renderers pay for each one (measured: 4–16 are best there). */
const HARDWARE_WORKGROUP_SIZE = 64;

/** Slabs that a sum over rows is cut into: enough work for every core, few enough to add up again. */
const SLABS = { software: 4, hardware: 32 };

/** Fewer rows are not worth a slab; in longer ones the rounding of a serial f32 sum shows. */
const SLAB_ROWS = { minimum: 256, maximum: 4096 };

/** Implementation and sizes for every operation that the Program calls. */
export function planDefaults(program: Program, software: boolean): Record<string, PlannedOperation> {
  const calls = Object.values(program.phases).flat();
  const names = [...new Set(calls.map(({ operation }) => operation))];
  const planned = (name: string) =>
    chooseDefault(
      name,
      calls.filter(({ operation }) => operation === name),
      software,
    );
  return Object.fromEntries(names.map((name) => [name, planned(name)]));
}

function chooseDefault(name: string, calls: readonly OperationCall[], software: boolean): PlannedOperation {
  const rows = Math.max(...calls.map(({ numbers }) => numbers.N ?? 1));
  for (const [implementation, data] of Object.entries(findOperation(name).implementations)) {
    const sizes = chooseSizes(data, rows, software);
    if (calls.every(({ numbers }) => isFeasible(data, numbers, sizes))) return { implementation, sizes };
  }
  throw new Error(`${name} has no implementation for all of its calls`);
}

/** True where a device with the default limits can play a call of these numbers. */
export function isFeasible({ feasible }: Implementation, numbers: Numbers, sizes: Numbers): boolean {
  return feasible?.(numbers, sizes, PORTABLE_LIMITS) ?? true;
}

/** Every size of an implementation with its default. */
export function defaultSizes({ passes, sizes }: Implementation): Record<string, number> {
  const kernels = passes.flatMap((pass) => pass.kernels);
  return Object.assign({}, sizes, ...kernels.map((kernel) => kernel.sizes));
}

function chooseSizes(implementation: Implementation, rows: number, software: boolean): Record<string, number> {
  const sizes = defaultSizes(implementation);
  if (!software && sizes.WORKGROUP_SIZE !== undefined) {
    sizes.WORKGROUP_SIZE = Math.max(sizes.WORKGROUP_SIZE, HARDWARE_WORKGROUP_SIZE);
  }
  if (sizes.SLAB_ROWS !== undefined) {
    const wanted = Math.ceil(rows / (software ? SLABS.software : SLABS.hardware));
    sizes.SLAB_ROWS = Math.min(Math.max(wanted, SLAB_ROWS.minimum), SLAB_ROWS.maximum);
  }
  return sizes;
}

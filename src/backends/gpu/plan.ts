/**
 * The fixed defaults of the plan: the first implementation of each operation with its own sizes, which suit software
 * renderers, and wider workgroups where there is a real GPU.
 */
import type { Implementation } from "../../core/operation.ts";
import type { PlannedOperation, Program } from "../../core/program.ts";
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
  const plan: Record<string, PlannedOperation> = {};
  for (const name of new Set(calls.map(({ operation }) => operation))) {
    const entry = Object.entries(findOperation(name).implementations)[0];
    if (!entry) throw new Error(`${name} has no implementation`);
    const [implementation, data] = entry;
    const rows = Math.max(...calls.filter(({ operation }) => operation === name).map(({ numbers }) => numbers.N ?? 1));
    plan[name] = { implementation, sizes: chooseSizes(data, rows, software) };
  }
  return plan;
}

function chooseSizes(implementation: Implementation, rows: number, software: boolean): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const kernel of implementation.passes.flatMap(({ kernels }) => kernels)) Object.assign(sizes, kernel.sizes);
  if (!software && sizes.WORKGROUP_SIZE !== undefined) {
    sizes.WORKGROUP_SIZE = Math.max(sizes.WORKGROUP_SIZE, HARDWARE_WORKGROUP_SIZE);
  }
  if (sizes.SLAB_ROWS !== undefined) {
    const wanted = Math.ceil(rows / (software ? SLABS.software : SLABS.hardware));
    sizes.SLAB_ROWS = Math.min(Math.max(wanted, SLAB_ROWS.minimum), SLAB_ROWS.maximum);
  }
  return sizes;
}

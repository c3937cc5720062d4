/**
 * The terms in which implementations are written down: bindings, scalars, and rules that turn a call's numbers and the
 * plan's sizes into workgroups, scratch elements and loop trips. An axis is cut into tiles: `["N", 8]` is ⌈N / 8⌉ and
 * `["N", "SLAB_ROWS"]` divides by a size. Extents are expressions as in the contracts (`T·B`, `3H`).
 */
import type { Grid, Implementation, Kernel, KernelScalar, Numbers } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";

/** An extent and the number of its elements that one tile holds. */
export type Tiling = readonly [extent: string, tile: number | string];

/** A number, or workgroup counts, from a call's numbers and the plan's sizes. */
export type Rule<Result> = (numbers: Numbers, sizes: Numbers) => Result;

/** WebGPU's default limit of workgroups along one axis of a dispatch. */
const MAX_WORKGROUPS_PER_AXIS = 65_535;

/** Tensors a kernel only reads, in binding order. */
export function reads(...tensors: readonly string[]): Kernel["bindings"] {
  return tensors.map((tensor) => ({ tensor, access: "read" }));
}

/** Tensors a kernel writes, or reads and writes, in binding order. */
export function writes(...tensors: readonly string[]): Kernel["bindings"] {
  return tensors.map((tensor) => ({ tensor, access: "read_write" }));
}

/** Scalars of type u32, in the order of the uniform block. */
export function u32(...names: readonly string[]): readonly KernelScalar[] {
  return names.map((name) => ({ name, type: "u32" }));
}

/** Scalars of type f32, in the order of the uniform block. */
export function f32(...names: readonly string[]): readonly KernelScalar[] {
  return names.map((name) => ({ name, type: "f32" }));
}

/** The kernel with the distances between models behind its own scalars; see `Kernel.scalars`. */
export function forAllModels(kernel: Kernel): Kernel {
  return { ...kernel, scalars: [...kernel.scalars, ...perModel(kernel.bindings)] };
}

/** The scalars `xPerModel` of every bound tensor x, see `Kernel.scalars`. */
export function perModel(bindings: Kernel["bindings"]): readonly KernelScalar[] {
  return u32(...bindings.map(({ tensor }) => `${tensor}PerModel`));
}

function tileCount([extent, tile]: Tiling, numbers: Numbers): number {
  const elements = evaluateExtent(extent, numbers);
  return Math.ceil(elements / (typeof tile === "number" ? tile : evaluateExtent(tile, numbers)));
}

/** Elements of a scratch buffer: the product of the tiles. */
export function elements(...axes: readonly Tiling[]): Rule<number> {
  return (numbers, sizes) => axes.reduce((product, axis) => product * tileCount(axis, { ...numbers, ...sizes }), 1);
}

/** Loop trips of one invocation: the sum of the tiles, one term for each loop that follows another. */
export function loops(...axes: readonly Tiling[]): Rule<number> {
  return (numbers, sizes) => axes.reduce((sum, axis) => sum + tileCount(axis, { ...numbers, ...sizes }), 0);
}

/** Workgroups of WORKGROUP_SIZE invocations, one invocation per tile; see `countedInvocations`. */
export function invocations(...axes: readonly Tiling[]): Rule<Grid> {
  return countedInvocations(elements(...axes));
}

/**
 * Workgroups of WORKGROUP_SIZE invocations for as many invocations as `count` says. More than 65,535 workgroups are folded
 * over y; `shaders/lib/linear-index.wgsl` unfolds them.
 */
export function countedInvocations(count: Rule<number>): Rule<Grid> {
  return (numbers, sizes) => {
    const workgroups = Math.ceil(count(numbers, sizes) / evaluateExtent("WORKGROUP_SIZE", sizes));
    if (workgroups <= MAX_WORKGROUPS_PER_AXIS) return [workgroups, 1, 1];
    return [MAX_WORKGROUPS_PER_AXIS, Math.ceil(workgroups / MAX_WORKGROUPS_PER_AXIS), 1];
  };
}

/** FLOPs of products summed over all their indices: two for each term, `products("N·D·C")` for a matrix product. */
export function products(terms: string): (numbers: Numbers) => number {
  return (numbers) => 2 * evaluateExtent(terms, numbers);
}

/** A single workgroup, whose lanes share the work by strides. */
export const oneWorkgroup: Rule<Grid> = () => [1, 1, 1];

/** An implementation of one kernel played once. */
export function oneKernel(name: string, kernel: Kernel): Readonly<Record<string, Implementation>> {
  return { [name]: { passes: [{ kernels: [kernel] }] } };
}

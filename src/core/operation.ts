/**
 * What an operation is: a contract over named tensors, plus its implementations as data. A player never needs to know
 * what an operation means; the reference player looks up the twin of the same name, the GPU player lowers the call to
 * dispatches by the implementation that the plan names. Nothing here allocates or runs anything.
 */

/** Element type of a tensor. `u32` holds ids, starts and flags. */
export type ElementType = "f32" | "u32";

/** How an operation touches a tensor. The planner never binds an `in` and an `out` of one call to the same buffer. */
export type Access = "in" | "out" | "inout";

/** One tensor of a contract. `shape` names extents (`["T", "B", "H"]`, `["T+1", "B", "H"]`, `["3H"]`) and is documentation that tests parse. */
export interface TensorContract {
  readonly access: Access;
  readonly type: ElementType;
  readonly shape: readonly string[];
  /** What it holds, with the slot order where there is one. */
  readonly about: string;
  /**
   * Where the tensor's rows lie when they are read or written inside larger ones: names of the constants that hold the
   * first element and the distance from row to row (without `stride`: rows are packed). A row is the last axis.
   */
  readonly window?: { readonly offset: string; readonly stride?: string };
}

/**
 * Kernel scalar: its name in the uniform block and its type. The value of a scalar is, in this order: the loop index
 * (`t`) and the length of the chunk (`steps`, in loops with `by`), a run-time scalar of the play, a constant of the call,
 * an extent of the call, a distance between models.
 */
export interface KernelScalar {
  readonly name: string;
  readonly type: "u32" | "f32";
}

/** Extents, constants and run-time scalars of one call, by name. */
export type Numbers = Readonly<Record<string, number>>;

/** Workgroup counts of one dispatch. */
export type Grid = readonly [x: number, y: number, z: number];

/**
 * One WGSL file with one entry point `main`. It plays every model of a Program in one dispatch, in which `group.z` is the model
 * and element i of tensor x lies at `group.z * args.xPerModel + i`.
 */
export interface Kernel {
  /** File stem under `shaders/`, e.g. `gru-forward.step.gates`. */
  readonly file: string;
  /**
   * Group 0 in binding order, by the contract's tensor names (or the implementation's scratch names). In the WGSL a name
   * that the language reserves (`target`) carries a trailing underscore.
   */
  readonly bindings: readonly { readonly tensor: string; readonly access: "read" | "read_write" }[];
  /** Group 1, binding 0: one uniform block in this order, each 4 bytes; `xPerModel` for every bound tensor x (`forAllModels`). */
  readonly scalars: readonly KernelScalar[];
  /** UPPER_SNAKE sizes with their defaults; the plan may choose others. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Shared WGSL joined after the kernel, by file name under `shaders/lib/` without extension. */
  readonly lib?: readonly string[];
  /**
   * Workgroup counts for one model from the call's numbers and the plan's sizes, one layer deep: z is for the models. In a loop
   * over chunks `steps` is among the numbers. With a count of 0 the kernel has nothing to do and is left out.
   */
  readonly grid: (numbers: Numbers, sizes: Numbers) => Grid;
  /**
   * Loop iterations of the busiest invocation in one dispatch, all loops summed; in a loop over chunks `steps`, the
   * longest one, is among the numbers. Adapters exist that silently stop after 65,535.
   */
  readonly trips: (numbers: Numbers, sizes: Numbers) => number;
  /**
   * Said of a kernel whose run-time scalars may differ from model to model: group 1 then holds an array of blocks, one for each
   * model that a Program may have, each at a multiple of 16 bytes as WGSL wants it; element `group.z` is the model's own.
   * Without it there is one block for all, and no run-time scalar of it may differ.
   */
  readonly scalarsPerModel?: true;
  /** True for loop indices at which the kernel has nothing to do and is left out. */
  readonly idle?: (t: number, numbers: Numbers) => boolean;
}

/**
 * The loop of a pass: `t` counts from `from` to `to` inclusive in the direction that leads there; both may name an extent
 * or a constant. With `by`, which names a size of the plan, a dispatch covers a chunk of that many indices: the scalar `t`
 * is the first of them in the order of play and `steps` their number, which is smaller in the last chunk. The others
 * are t ± 1, t ± 2, … in the loop's direction, so a chunk of a loop from T down to 0 is t, t − 1, …, t − steps + 1.
 */
export interface Loop {
  readonly from: number | string;
  readonly to: number | string;
  readonly by?: string;
  /** Said where sums go on from chunk to chunk: the length of a chunk then decides their order, and so their bits. */
  readonly accumulates?: true;
}

/** Kernels played in order; with `loop`, in order for each index, or each chunk of indices. */
export interface Pass {
  readonly kernels: readonly Kernel[];
  readonly loop?: Loop;
  /** The pass is played only where every named constant of the call has this value, or where the closed form says so. */
  readonly when?: Numbers | ((numbers: Numbers, sizes: Numbers) => boolean);
}

/** What a closed form must know of a device. */
export interface DeviceLimits {
  /** Bytes of `var<workgroup>` that one workgroup may use. */
  readonly maxWorkgroupBytes: number;
  /** Invocations of one workgroup. */
  readonly maxInvocations: number;
  /** Storage buffers that one dispatch may bind. */
  readonly maxBindings: number;
}

/** WebGPU's default limits, which every device has and to which every device is opened. */
export const PORTABLE_LIMITS: DeviceLimits = { maxWorkgroupBytes: 16_384, maxInvocations: 256, maxBindings: 8 };

/** One way of computing an operation on the GPU. */
export interface Implementation {
  readonly passes: readonly Pass[];
  /** Sizes that no kernel declares, with their defaults: the lengths of chunks that `Loop.by` names. */
  readonly sizes?: Numbers;
  /**
   * True where a device of these limits can play a call of these numbers (extents and constants) with these sizes; absent
   * means always. A plan is made of feasible implementations only, and one that is not is refused.
   */
  readonly feasible?: (numbers: Numbers, sizes: Numbers, limits: DeviceLimits) => boolean;
  /** Said of one that is made for GPUs: the default there, and on software renderers only where no other can play. */
  readonly madeFor?: "hardware";
  /** Values worth trying of the sizes named, for the measured choice of a plan; the others keep their defaults. */
  readonly choices?: Readonly<Record<string, readonly number[]>>;
  /** Sizes for real GPUs where theirs are others: they want more and smaller pieces of work than software renderers. */
  readonly hardware?: Numbers;
  /** Sizes that suit the calls of an operation, from their numbers, on software renderers. */
  readonly software?: (calls: readonly Numbers[]) => Numbers;
  /** Buffers that only this implementation needs, in elements. What a call finds in them is anybody's, never zeros. */
  readonly scratch?: Readonly<Record<string, (numbers: Numbers, sizes: Numbers) => number>>;
}

/** A contract. `Tensors` and `NumberName` are inferred from the literal so that twins are typed by tensor and number names. */
export interface Operation<
  Tensors extends Readonly<Record<string, TensorContract>> = Readonly<Record<string, TensorContract>>,
  NumberName extends string = string,
> {
  /** Kebab-case stem shared by contract, twin, shaders, tests and labels. */
  readonly name: string;
  /** The equation in the house's notation. */
  readonly equation: string;
  /** Paper or section it comes from. */
  readonly source: string;
  readonly tensors: Tensors;
  /** Extents a call must give. */
  readonly extents: readonly NumberName[];
  /** Constants a call must give: fixed when the Program is built. */
  readonly constants: readonly NumberName[];
  /** Run-time scalars: given at each play. */
  readonly scalars: readonly NumberName[];
  /** Floating-point operations of a call, where they decide its time; otherwise its data do. */
  readonly flops?: (numbers: Numbers) => number;
  /** The extent, or the loop, to which the time of a call is proportional: measurements play a shorter call. */
  readonly linearIn?: string | Loop;
  /** Largest difference to the twin, `max|got − ref| ≤ relative · (max|ref| + 0.1)`, and why it is that large. */
  readonly tolerance: { readonly relative: number; readonly reason: string };
  readonly implementations: Readonly<Record<string, Implementation>>;
}

/** Keeps the literal tensor and number names of a contract, so that its twin is checked against them. */
export function defineOperation<
  const Tensors extends Readonly<Record<string, TensorContract>>,
  const NumberName extends string,
>(operation: Operation<Tensors, NumberName>): Operation<Tensors, NumberName> {
  return operation;
}

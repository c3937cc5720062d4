/**
 * The implementations `persistent` of recurrent operations: a dispatch plays a chunk of time, and a workgroup owns ROWS rows of the
 * batch. How such a kernel is made is told in `shaders/lib/recurrent-work.wgsl`. What a reader would get wrong: trips are counted as
 * if every sum had to be formed again precisely, because adapters that stop too long loops do so without a word.
 */
import { MAX_TRIPS } from "../core/budget.ts";
import type { Implementation, Kernel, Numbers, Pass } from "../core/operation.ts";
import { perModel, u32, writes } from "./kernel-terms.ts";
import { ROWS, STEPS } from "./recurrent-terms.ts";

/** Shared WGSL of the persistent forward kernels; those that write gates into the record also have `record-units`. */
export const PERSISTENT_FORWARD_LIB = [
  "recurrent-work",
  "recurrent-tiles",
  "recurrence-forward",
  "precise-sum",
  "load-state",
  "finite",
  "activations",
] as const;

/** Shared WGSL of the persistent backward kernels; those that read states also have `state-start` and `load-state`. */
export const PERSISTENT_BACKWARD_LIB = [
  "recurrent-work",
  "recurrent-tiles",
  "recurrence-backward",
  "state-gradient",
  "record-units",
  "activations",
] as const;

/** The loop of a persistent forward pass: a dispatch plays a chunk of STEPS steps. */
export const STEPS_IN_CHUNKS = { ...STEPS, by: "STEPS" } as const satisfies Pass["loop"];

/** The loop of a persistent backward pass: a dispatch finishes a chunk of STEPS rows. */
export const ROWS_IN_CHUNKS = { ...ROWS, by: "STEPS" } as const satisfies Pass["loop"];

/** Rows and columns of the register tiles in `shaders/lib/recurrent-tiles.wgsl`, by ROWS. */
const TILE_COLUMNS: Readonly<Record<number, number>> = { 16: 16, 4: 8, 1: 8 };

/** The products of a step: columns of the result and terms of each sum, as multiples of H. */
export type Products = readonly (readonly [columns: number, terms: number])[];

/** What a persistent kernel is made of besides its file. */
export interface PersistentParts {
  /** All of its tensors but `work`, in binding order. */
  readonly bindings: Kernel["bindings"];
  /** Names of its scalars of type u32 besides t, steps, B, H and the distances between models. */
  readonly scalars: readonly string[];
  readonly lib: readonly string[];
  readonly products: Products;
  /** True where large sums are formed again precisely. */
  readonly refines: boolean;
}

/** A kernel that plays a chunk of time; a workgroup owns ROWS rows of the batch. */
export function persistentKernel(file: string, parts: PersistentParts): Kernel {
  const bindings = [...parts.bindings, ...writes("work")];
  return {
    file,
    bindings,
    scalars: [...u32("t", "steps", "B", "H", ...parts.scalars), ...perModel(bindings)],
    sizes: { WORKGROUP_SIZE: 4, ROWS: 16 },
    lib: parts.lib,
    grid: ({ B = Number.NaN }, { ROWS = Number.NaN }) => [Math.ceil(B / ROWS), 1, 1],
    trips: (numbers, sizes) => (numbers.steps ?? Number.NaN) * tripsOfStep(parts, numbers, sizes) + 1,
  };
}

function tripsOfStep({ products, refines }: PersistentParts, { H = Number.NaN }: Numbers, sizes: Numbers): number {
  const { WORKGROUP_SIZE = Number.NaN, ROWS = Number.NaN } = sizes;
  const columnsOfTile = TILE_COLUMNS[ROWS] ?? Number.NaN;
  const groups = Math.ceil(H / 4);
  const tileTrips = products.map(([columns, terms]) => {
    const tiles = Math.ceil((columns * 4 * groups) / columnsOfTile / WORKGROUP_SIZE);
    const refining = refines ? (ROWS * columnsOfTile * (groups + 4)) / 4 : 0;
    return tiles * (terms * groups + 4 + refining);
  });
  const elements = ROWS * Math.ceil(groups / Math.min(WORKGROUP_SIZE, groups)) + ROWS;
  return tileTrips.reduce((sum, trips) => sum + trips + elements, 1);
}

/** Elements of `work` for kernels with so many blocks of sums and operands; see `shaders/lib/recurrent-work.wgsl`. */
export function persistentWork(blocks: number): (numbers: Numbers) => number {
  return ({ B = Number.NaN, H = Number.NaN }) => 16 * Math.ceil(B / 16) * (blocks * 4 * Math.ceil(H / 4) + 16);
}

/**
 * Half-empty tiles of 16 rows still beat whole ones of 4. More lanes than a subgroup only cost barriers, but where H is large they
 * share the trips of a step.
 */
function softwareSizes(calls: readonly Numbers[]): Numbers {
  const [B, H] = [Math.max(...calls.map(({ B = 1 }) => B)), Math.max(...calls.map(({ H = 1 }) => H))];
  const ROWS = [1, 4].find((rows) => B <= 1.5 * rows) ?? 16;
  return { ROWS, WORKGROUP_SIZE: [4, 8].find((lanes) => H <= 128 * Math.log2(lanes)) ?? 16 };
}

/**
 * The implementation made of such kernels. It cannot play dropout, nor where one step of a kernel, which cannot be cut, loops for too
 * long.
 */
export function persistentImplementation(
  passes: readonly Pass[],
  work: ReturnType<typeof persistentWork>,
): Implementation {
  const isWithinTrips = (kernel: Kernel, numbers: Numbers, sizes: Numbers) =>
    kernel.trips({ ...numbers, steps: 1 }, sizes) <= MAX_TRIPS;
  return {
    passes,
    sizes: { STEPS: 16 },
    feasible: (numbers, sizes, { maxInvocations }) =>
      numbers.dropped === 0 &&
      TILE_COLUMNS[sizes.ROWS ?? 0] !== undefined &&
      (sizes.WORKGROUP_SIZE ?? Number.NaN) <= maxInvocations &&
      passes.every(({ kernels }) => kernels.every((kernel) => isWithinTrips(kernel, numbers, sizes))),
    choices: { WORKGROUP_SIZE: [4, 8, 16, 64, 128], ROWS: [1, 4, 16] },
    hardware: { WORKGROUP_SIZE: 64, ROWS: 1 },
    software: softwareSizes,
    scratch: { work },
  };
}

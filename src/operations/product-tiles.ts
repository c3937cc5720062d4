/**
 * Matrix products in two families of tiles. `register`: one tile per invocation, without barriers; a large tile loads fewer
 * numbers per product, and a small one keeps every core busy where the result is small; best on software renderers. `shared`: one
 * tile per workgroup through workgroup memory, for GPUs. Within a family no sum depends on the tile that it is in.
 */
import { MAX_TRIPS } from "../core/budget.ts";
import type { DeviceLimits, Kernel, KernelScalar, Loop, Numbers, Pass } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { countedInvocations, perModel, u32 } from "./kernel-terms.ts";

/** A product before its tiles are chosen: out[row, column] = Σ_k left[row, k] · right[k, column]. */
export interface Product {
  /** The operation and, where it has several kernels, this one's part of the file name. */
  readonly operation: string;
  readonly part?: string;
  readonly bindings: Kernel["bindings"];
  /** Scalars between the chunk's and those of the models. */
  readonly scalars: readonly KernelScalar[];
  /** Shared files beside those of the family. */
  readonly lib?: readonly string[];
  /** Extents of the result as one dispatch computes it. */
  readonly rows: string;
  readonly columns: string;
  /** Terms of one sum. */
  readonly terms: (numbers: Numbers, sizes: Numbers) => number;
  /** Parts that a sum is split into, each with tiles of its own; one where nothing is said. */
  readonly parts?: (numbers: Numbers, sizes: Numbers) => number;
  /** True where sums are added to what is there, so that none may be stored twice. */
  readonly accumulates?: true;
  /** True where large sums are formed once more, term by term. */
  readonly precise?: true;
}

/** What is played beside a product, and where a call plays it at all. */
export interface Company {
  readonly sizes?: Numbers;
  /** Kernels after each chunk. */
  readonly after?: readonly Kernel[];
  readonly when?: (numbers: Numbers, sizes: Numbers) => boolean;
}

/** Rows or columns of a tile, and the shared files that compute and store it. */
interface Tile {
  readonly side: number;
  readonly lib: string;
  /** The shared file that stores it, edges again and again. */
  readonly rows: string;
}

const LARGE: Tile = { side: 16, lib: "register-tile-16", rows: "register-rows-16" };
const SMALL: Tile = { side: 8, lib: "register-tile-8", rows: "register-rows-8" };

/** The tile of `shared`, and the terms that it takes at a time. */
const SHARED = { side: 64, terms: 16, invocations: 256 };

/** Bytes of workgroup memory: 17 vectors of both operands for each term. */
const SHARED_BYTES = 2 * SHARED.terms * 17 * 16;

/** Tiles computed at once by two cores of four lanes; on a software renderer fewer leave some of them idle. */
const TILES_AT_ONCE = 8;

/** Time of a large tile, in that of small ones (measured: 3.0 on SwiftShader, for 4 times the products). */
const LARGE_COST = 3;

/** Both families go through the N rows of a call in chunks of the size ROWS. */
const CHUNKS = { from: 1, to: "N", by: "ROWS" };

const chunksOf = ({ accumulates }: Product): Loop => ({ ...CHUNKS, ...(accumulates && { accumulates }) });

/** The default of ROWS, for both families; the plan sets it by the budget. */
export const CHUNK_ROWS = { ROWS: 4096 };

/** Trips of the loops that store four columns at a time, and form the large sums once more. */
function storeTrips({ precise }: Product, vectors: number, terms: number): number {
  return vectors * (precise ? terms + 3 : 2);
}

/** Tiles of one dispatch. */
function countTiles({ rows, columns, parts }: Product, side: number, numbers: Numbers, sizes: Numbers): number {
  const axis = (extent: string) => Math.ceil(evaluateExtent(extent, numbers) / side);
  return (parts?.(numbers, sizes) ?? 1) * axis(rows) * axis(columns);
}

function commonParts({ operation, part, bindings, scalars }: Product, family: string) {
  return {
    file: [operation, family, ...(part === undefined ? [] : [part])].join("."),
    bindings,
    scalars: [...u32("t", "steps"), ...scalars, ...perModel(bindings)],
  } as const;
}

function registerTrips(product: Product, { side }: Tile, numbers: Numbers, sizes: Numbers): number {
  const terms = product.terms(numbers, sizes);
  return Math.ceil(terms / 4) + storeTrips(product, side ** 2 / 4, terms);
}

function registerKernel(product: Product, tile: Tile, sizes: Numbers): Kernel {
  const stores = product.accumulates ? ["write-tile", "write-columns"] : [tile.rows];
  return {
    ...commonParts(product, "register"),
    sizes: { WORKGROUP_SIZE: 4, ...sizes },
    lib: ["linear-index", "product-operands", "register-terms", tile.lib, ...stores, ...(product.lib ?? [])],
    grid: countedInvocations((numbers, planned) => countTiles(product, tile.side, numbers, planned)),
    trips: (numbers, planned) => registerTrips(product, tile, numbers, planned),
  };
}

/** True where large tiles are faster: rounds of tiles, at the cost of each. */
function suitsLarge(product: Product, numbers: Numbers, sizes: Numbers): boolean {
  const whole = { ...numbers, steps: numbers.N ?? 0 };
  const rounds = ({ side }: Tile) => Math.ceil(countTiles(product, side, whole, sizes) / TILES_AT_ONCE);
  return registerTrips(product, LARGE, whole, sizes) <= MAX_TRIPS && LARGE_COST * rounds(LARGE) <= rounds(SMALL);
}

/** Two passes over the rows of a call, of which it plays one: with the large tile or with the small one. */
export function registerPasses(product: Product, { sizes = {}, after = [], when }: Company = {}): readonly Pass[] {
  return [LARGE, SMALL].map((tile) => ({
    kernels: [registerKernel(product, tile, sizes), ...after],
    loop: chunksOf(product),
    when: (numbers, planned) =>
      (when?.(numbers, planned) ?? true) && suitsLarge(product, numbers, planned) === (tile === LARGE),
  }));
}

/** The pass over the rows of a call through workgroup memory. */
export function sharedPass(product: Product, { sizes = {}, after = [], when }: Company = {}): Pass {
  const count = (numbers: Numbers, planned: Numbers) => countTiles(product, SHARED.side, numbers, planned);
  const kernel: Kernel = {
    ...commonParts(product, "shared"),
    sizes,
    lib: ["linear-index", "product-operands", "shared-tile", "write-columns", ...(product.lib ?? [])],
    grid: (numbers, planned) => countedInvocations(count)(numbers, { ...planned, WORKGROUP_SIZE: 1 }),
    trips: (numbers, planned) => {
      const terms = product.terms(numbers, planned);
      return Math.ceil(terms / SHARED.terms) * (SHARED.terms + 1) + storeTrips(product, 4, terms);
    },
  };
  return { kernels: [kernel, ...after], loop: chunksOf(product), ...(when && { when }) };
}

/** True where a workgroup of `shared` fits. */
export function fitsShared(_numbers: Numbers, _sizes: Numbers, limits: DeviceLimits): boolean {
  return limits.maxInvocations >= SHARED.invocations && limits.maxWorkgroupBytes >= SHARED_BYTES;
}

/**
 * Matrix products in register tiles, one tile per invocation: a large tile loads fewer numbers per product, and a small one
 * keeps every core busy where the result is small. Both are the same kernel joined with another shared file, and give the same
 * bits, because no sum depends on the tile that it is in.
 */
import { MAX_TRIPS } from "../core/budget.ts";
import type { Kernel, Numbers, Pass } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { countedInvocations } from "./kernel-terms.ts";

/** Rows or columns of a tile, and the shared file that computes it. */
interface Tile {
  readonly side: number;
  readonly lib: string;
}

const LARGE: Tile = { side: 16, lib: "register-tile-16" };
const SMALL: Tile = { side: 8, lib: "register-tile-8" };

/** Tiles computed at once by two cores of four lanes; on a software renderer fewer leave some of them idle. */
const TILES_AT_ONCE = 8;

/** Time of a large tile, in that of small ones (measured: 3.0 on SwiftShader, for 4 times the products). */
const LARGE_COST = 3;

/** A product before its tile is chosen. */
export interface TiledKernel extends Omit<Kernel, "grid" | "trips" | "lib"> {
  readonly lib: readonly string[];
  /** Extents of the result as one dispatch computes it. */
  readonly rows: string;
  readonly columns: string;
  /** Parts that the sum is split into, each with tiles of its own; one where nothing is said. */
  readonly parts?: (numbers: Numbers, sizes: Numbers) => number;
  /** Trips of an invocation whose tile has this many vectors of four columns. */
  readonly trips: (numbers: Numbers, sizes: Numbers, vectors: number) => number;
}

/** Tiles of one dispatch. */
function countTiles({ rows, columns, parts }: TiledKernel, { side }: Tile, numbers: Numbers, sizes: Numbers): number {
  const axis = (extent: string) => Math.ceil(evaluateExtent(extent, numbers) / side);
  return (parts?.(numbers, sizes) ?? 1) * axis(rows) * axis(columns);
}

function createKernel(tiled: TiledKernel, tile: Tile): Kernel {
  const { rows: _rows, columns: _columns, parts: _parts, lib, trips, ...kernel } = tiled;
  return {
    ...kernel,
    lib: ["linear-index", "register-operands", tile.lib, ...lib],
    grid: countedInvocations((numbers, sizes) => countTiles(tiled, tile, numbers, sizes)),
    trips: (numbers, sizes) => trips(numbers, sizes, tile.side ** 2 / 4),
  };
}

/** True where large tiles are faster: rounds of tiles, at the cost of each. */
function suitsLarge(kernel: TiledKernel, numbers: Numbers, sizes: Numbers): boolean {
  const whole = { ...numbers, steps: numbers.N ?? 0 };
  const rounds = (tile: Tile) => Math.ceil(countTiles(kernel, tile, whole, sizes) / TILES_AT_ONCE);
  return kernel.trips(whole, sizes, LARGE.side ** 2 / 4) <= MAX_TRIPS && LARGE_COST * rounds(LARGE) <= rounds(SMALL);
}

/** What is played beside a product: kernels after each chunk, and where a call plays it at all. */
interface Company {
  readonly after?: readonly Kernel[];
  readonly when?: (numbers: Numbers, sizes: Numbers) => boolean;
}

/**
 * Two passes over the N rows of a call, of which it plays one: with the large tile or with the small one. The size ROWS is the
 * length of a chunk of rows.
 */
export function registerPasses(kernel: TiledKernel, { after = [], when }: Company = {}): readonly Pass[] {
  const loop = { from: 1, to: "N", by: "ROWS" };
  const plays = (large: boolean) => (numbers: Numbers, sizes: Numbers) =>
    (when?.(numbers, sizes) ?? true) && suitsLarge(kernel, numbers, sizes) === large;
  return [LARGE, SMALL].map((tile) => ({
    kernels: [createKernel(kernel, tile), ...after],
    loop,
    when: plays(tile === LARGE),
  }));
}

/**
 * How a sum over rows is cut into slabs that are summed side by side and then added up in ascending order, so that two runs
 * agree bit for bit. `shaders/lib/slabs.wgsl` computes the same numbers. A single slab needs no second kernel.
 */
import type { Grid } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { countedInvocations, elements, type Rule, type Tiling } from "./kernel-terms.ts";

/** Fewer rows are not worth a slab of their own. */
const SHORTEST_SLAB = 64;

/** More rows would take too many loop trips. */
const LONGEST_SLAB = 16_384;

/** Slabs of a sum over the rows `extent`: as many as give `LANES` invocations work where `tiles` of them share a row. */
export function slabCount(extent: string, ...tiles: readonly Tiling[]): Rule<number> {
  const tilesOf = elements(...tiles);
  return (numbers, sizes) => {
    const rows = evaluateExtent(extent, numbers);
    const wanted = Math.max(Math.floor(evaluateExtent("LANES", sizes) / tilesOf(numbers, sizes)), 1);
    return Math.max(Math.min(wanted, Math.ceil(rows / SHORTEST_SLAB)), Math.ceil(rows / LONGEST_SLAB));
  };
}

/** One invocation for each tile of each slab. */
export function slabInvocations(slabs: Rule<number>, ...tiles: readonly Tiling[]): Rule<Grid> {
  const tilesOf = elements(...tiles);
  return countedInvocations((numbers, sizes) => slabs(numbers, sizes) * tilesOf(numbers, sizes));
}

/** Scratch of all slabs. Where there is only one the result goes elsewhere and a single element is left to bind. */
export function slabElements(slabs: Rule<number>, ...axes: readonly Tiling[]): Rule<number> {
  const slabOf = elements(...axes);
  return (numbers, sizes) => {
    const count = slabs(numbers, sizes);
    return count === 1 ? 1 : count * slabOf(numbers, sizes);
  };
}

/** Loop trips, at most, of an invocation that sums one slab in runs of `run` rows (a number or a size). */
export function slabRows(slabs: Rule<number>, extent: string, run: number | string): Rule<number> {
  const runsOf = elements([extent, run]);
  return (numbers, sizes) => {
    const runs = Math.ceil(runsOf(numbers, sizes) / slabs(numbers, sizes));
    return runs * (1 + evaluateExtent(String(run), sizes));
  };
}

/** The grid of what adds the slabs up, empty where there is only one. */
export function whereCut(slabs: Rule<number>, grid: Rule<Grid>): Rule<Grid> {
  return (numbers, sizes) => (slabs(numbers, sizes) === 1 ? [0, 0, 0] : grid(numbers, sizes));
}

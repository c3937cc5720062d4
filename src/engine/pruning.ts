/**
 * Magnitude pruning as pure functions: when it is due, which share of each part's weights, and which weights. A part is a
 * layer or the head, whose weights are ranked together; biases are never pruned. What is pruned once stays pruned.
 */
import { elementCount } from "../core/dims.ts";
import type { PruningChoice } from "../core/pruning-choice.ts";
import type { ParameterRole } from "./cells/cell.ts";
import type { Model, Segment } from "./model.ts";

/** True for parameters that multiply something of the model: pruning a bias saves nothing and moves every output. */
export function isPrunable(role: ParameterRole): boolean {
  switch (role) {
    case "input-weights":
    case "recurrent-weights":
    case "head-weights":
    case "embedding":
      return true;
    case "bias":
    case "head-bias":
    case "initial-state":
    case "gain":
      return false;
    default:
      return role satisfies never;
  }
}

/** The weights that are ranked together. */
export interface PrunablePart {
  /** `layers.0`, `head`: what the names of its parameters begin with. */
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly weights: number;
}

/** The parts of a model in the order of its parameters. */
export function prunableParts({ segments }: Model): readonly PrunablePart[] {
  const byName = new Map<string, Segment[]>();
  for (const segment of segments) {
    if (!isPrunable(segment.role)) continue;
    const name = segment.name.slice(0, segment.name.lastIndexOf("."));
    byName.set(name, [...(byName.get(name) ?? []), segment]);
  }
  return Array.from(byName, ([name, own]) => ({
    name,
    segments: own,
    weights: own.reduce((sum, { shape }) => sum + elementCount(shape), 0),
  }));
}

/**
 * Share of the weights that is 0 after the pruning at step `step`, or null where none is due: Zhu & Gupta 2018,
 * s_f − s_f (1 − (t − t₀)/(n Δt))³, from an initial share of 0.
 */
export function shareDueAt(choice: PruningChoice, step: number): number | null {
  if (choice === null) return null;
  if (choice.name === "once") return step === choice.step ? choice.share : null;
  const done = (step - choice.from) / choice.every;
  if (!Number.isInteger(done) || done < 1 || done > choice.times) return null;
  const left = 1 - done / choice.times;
  return choice.share * (1 - left * left * left);
}

/** The first step after `step` at which a pruning is due; infinite when there is none. */
export function nextPruningAfter(choice: PruningChoice, step: number): number {
  if (choice === null) return Number.POSITIVE_INFINITY;
  if (choice.name === "once") return step < choice.step ? choice.step : Number.POSITIVE_INFINITY;
  const { from, every, times } = choice;
  const next = Math.max(1, Math.floor((step - from) / every) + 1);
  return next <= times ? from + next * every : Number.POSITIVE_INFINITY;
}

/** Weights of a part that a mask leaves out. */
export function countPruned({ segments }: PrunablePart, mask: Float32Array): number {
  let count = 0;
  for (const { offset, shape } of segments) {
    for (let p = offset; p < offset + elementCount(shape); p++) if (mask[p] === 0) count++;
  }
  return count;
}

/**
 * A copy of `mask` [P] (1 trains, 0 is pruned) with `share` of the part's weights at 0, rounded to whole weights: those of
 * the smallest magnitude in `params` [P], of equals the first in the buffer. Weights pruned before stay so, whatever the share.
 */
export function pruneSmallest(
  part: PrunablePart,
  params: Float32Array,
  mask: Float32Array<ArrayBuffer>,
  share: number,
): Float32Array<ArrayBuffer> {
  const kept: number[] = [];
  for (const { offset, shape } of part.segments) {
    for (let p = offset; p < offset + elementCount(shape); p++) if (mask[p] !== 0) kept.push(p);
  }
  const magnitude = (p: number) => Math.abs(params[p] ?? Number.NaN);
  kept.sort((a, b) => magnitude(a) - magnitude(b) || a - b);
  const more = Math.round(share * part.weights) - (part.weights - kept.length);
  const pruned = mask.slice();
  for (const p of kept.slice(0, Math.max(0, more))) pruned[p] = 0;
  return pruned;
}

/**
 * The orders in which units can stand in a view, and the numbers of a view in words. All values are [T, H] in the
 * house's sign of z (near 1 writes). Orders are deterministic: equal keys stay in index order.
 */

/** What the units are sorted by. */
export type UnitSort = "index" | "openness" | "similarity" | "memory";

/** What an order is computed from, of one layer, [T, H] each; null where its cell has no such thing. */
export interface LayerValues {
  readonly steps: number;
  readonly units: number;
  /** How far the new value is let in: z, or i of an LSTM. */
  readonly writes: Float32Array | null;
  /** How much of the old state is lost in a step: z, or 1 − f of an LSTM. */
  readonly forgets: Float32Array | null;
  readonly h: Float32Array | null;
}

/** Units from top to bottom. Without the tensor that a sort needs, index order. */
export function unitOrder(sort: UnitSort, layer: LayerValues): Uint32Array {
  switch (sort) {
    case "index":
      return Uint32Array.from({ length: layer.units }, (_, unit) => unit);
    case "openness":
      return byKey(
        layer.writes ? meanPerUnit(layer.writes, layer, (value) => value) : new Float64Array(layer.units),
        -1,
      );
    case "memory":
      return byKey(layer.forgets ? memorySteps(layer.forgets, layer) : new Float64Array(layer.units), -1);
    case "similarity":
      return byKey(layer.h ? principalScores(layer.h, layer) : new Float64Array(layer.units), 1);
    default:
      return sort satisfies never;
  }
}

function byKey(keys: Float64Array, direction: 1 | -1): Uint32Array {
  const key = (unit: number) => {
    const value = keys[unit] ?? 0;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : direction * value;
  };
  return Uint32Array.from({ length: keys.length }, (_, unit) => unit).sort((one, other) => {
    const first = key(one);
    const second = key(other);
    return first === second ? one - other : first < second ? -1 : 1;
  });
}

type Extents = Pick<LayerValues, "steps" | "units">;

/** Mean over time of `of(value)` per unit, [H]. */
function meanPerUnit(values: Float32Array, extents: Extents, of: (value: number) => number): Float64Array {
  const means = new Float64Array(extents.units);
  for (let t = 0; t < extents.steps; t++) {
    for (let unit = 0; unit < extents.units; unit++) {
      means[unit] = (means[unit] ?? 0) + of(values[t * extents.units + unit] ?? 0) / extents.steps;
    }
  }
  return means;
}

/**
 * Time constant of each unit's memory in steps, [H]: over τ steps the product of 1 − forgets falls to 1/e, so
 * τ = −1 / mean over t of ln(1 − forgets). 0 when some value is 1, infinite when all are 0.
 */
export function memorySteps(forgets: Float32Array, extents: Extents): Float64Array {
  return meanPerUnit(forgets, extents, (value) => Math.log(1 - value)).map((mean) =>
    mean === 0 ? Infinity : -1 / mean,
  );
}

/** Power iteration ends after this many rounds; an order needs no more digits than that gives. */
const POWER_ROUNDS = 60;

/**
 * Score of each unit on the first principal component of the units' courses, [H]: units as samples, time steps as
 * features. The start vector is fixed and the sign is chosen so that the largest score is positive: same input, same
 * order.
 */
export function principalScores(h: Float32Array, { steps, units }: Extents): Float64Array {
  const centred = new Float64Array(steps * units);
  for (let t = 0; t < steps; t++) {
    let mean = 0;
    for (let unit = 0; unit < units; unit++) mean += (h[t * units + unit] ?? 0) / units;
    for (let unit = 0; unit < units; unit++) centred[t * units + unit] = (h[t * units + unit] ?? 0) - mean;
  }
  let axis = Float64Array.from({ length: steps }, (_, t) => 1 + (t % 7) / 7);
  const scores = new Float64Array(units);
  for (let round = 0; round < POWER_ROUNDS; round++) {
    project(centred, axis, scores);
    const next = new Float64Array(steps);
    for (let t = 0; t < steps; t++) {
      for (let unit = 0; unit < units; unit++) {
        next[t] = (next[t] ?? 0) + (centred[t * units + unit] ?? 0) * (scores[unit] ?? 0);
      }
    }
    const norm = Math.hypot(...next);
    if (norm === 0 || !Number.isFinite(norm)) return new Float64Array(units);
    axis = next.map((value) => value / norm);
  }
  project(centred, axis, scores);
  const extreme = scores.reduce((far, score) => (Math.abs(score) > Math.abs(far) ? score : far), 0);
  return extreme < 0 ? scores.map((score) => -score) : scores;
}

/** scores = Σ_t centred[t, ·] · axis[t]. */
function project(centred: Float64Array, axis: Float64Array, scores: Float64Array): void {
  const units = scores.length;
  scores.fill(0);
  for (let t = 0; t < axis.length; t++) {
    for (let unit = 0; unit < units; unit++) {
      scores[unit] = (scores[unit] ?? 0) + (centred[t * units + unit] ?? 0) * (axis[t] ?? 0);
    }
  }
}

/** Mean and extremes of a view with their places, for the text beside the picture; null when no value is finite. */
export interface ViewSummary {
  readonly mean: number;
  readonly low: { readonly value: number; readonly t: number; readonly unit: number };
  readonly high: { readonly value: number; readonly t: number; readonly unit: number };
}

/** The summary of a view's values [T, H] as they are shown (`complement`: 1 − v). Values that are not finite are left out. */
export function summarizeView(values: Float32Array, units: number, complement: boolean): ViewSummary | null {
  let sum = 0;
  let count = 0;
  let low = { value: Infinity, t: 0, unit: 0 };
  let high = { value: -Infinity, t: 0, unit: 0 };
  values.forEach((stored, index) => {
    if (!Number.isFinite(stored)) return;
    const value = complement ? 1 - stored : stored;
    sum += value;
    count++;
    if (value < low.value) low = { value, t: Math.floor(index / units), unit: index % units };
    if (value > high.value) high = { value, t: Math.floor(index / units), unit: index % units };
  });
  return count === 0 ? null : { mean: sum / count, low, high };
}

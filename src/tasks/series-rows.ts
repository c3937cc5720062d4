/**
 * Numbers in time as rows of a dataset: scaling fitted on the training rows only, the naive forecasts a model has to beat,
 * and forecast errors in the user's units. Row t holds the inputs of moment t and, as target, the values of moment t + 1.
 */
import { ContractError, InputError } from "../core/errors.ts";
import { regressionMetrics } from "../core/metrics.ts";
import type { Column, Dataset, Scaling, ScoredRows } from "../core/task.ts";
import type { Range } from "./chronological.ts";

/** A column of a series before it is scaled: one value per moment. */
export interface RawColumn {
  readonly name: string;
  readonly unit: string;
  readonly values: ArrayLike<number>;
}

/**
 * Mean and standard deviation (n in the denominator) over `range`. A column that is constant there gets deviation 1, so
 * that it enters the network as zeros and a later change of it as its plain difference. Throws `csv-invalid` when the
 * numbers are too far apart for a deviation.
 */
function fitScaling(column: RawColumn, range: Range): Scaling {
  const count = range.end - range.first;
  let mean = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let t = range.first; t < range.end; t++) {
    const value = column.values[t] ?? Number.NaN;
    mean += value / count;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  if (minimum === maximum) return { mean: minimum, deviation: 1 };
  let variance = 0;
  for (let t = range.first; t < range.end; t++) variance += ((column.values[t] ?? Number.NaN) - mean) ** 2 / count;
  const deviation = Math.sqrt(variance);
  if (!(Number.isFinite(deviation) && deviation > 0)) {
    throw new InputError("csv-invalid", { reason: "range", column: column.name, minimum, maximum });
  }
  return { mean, deviation };
}

/** Name, unit and scaling of each column. */
export function fitColumns(columns: readonly RawColumn[], range: Range): Column[] {
  return columns.map((column) => ({ name: column.name, unit: column.unit, scaling: fitScaling(column, range) }));
}

/** The scaled values of `columns` from moment `first` on: [rows, columns]. */
export function scaledRows(
  columns: readonly RawColumn[],
  scalings: readonly Column[],
  range: Range,
): Float32Array<ArrayBuffer> {
  const count = range.end - range.first;
  const rows = new Float32Array(count * columns.length); // [R, D]
  columns.forEach(({ values }, d) => {
    const { mean, deviation } = scalings[d]?.scaling ?? { mean: 0, deviation: 1 };
    for (let t = 0; t < count; t++) {
      rows[t * columns.length + d] = ((values[range.first + t] ?? Number.NaN) - mean) / deviation;
    }
  });
  return rows;
}

/** `mae`, `rmse` and `r2` of pairs; without `r2` where the truth never changes, so that there is nothing to explain. */
function forecastErrors(forecast: ArrayLike<number>, truth: ArrayLike<number>): Readonly<Record<string, number>> {
  const { mae, rmse, r2 } = regressionMetrics(forecast, truth);
  return Number.isFinite(r2) ? { mae, rmse, r2 } : { mae, rmse };
}

/** Error of a naive forecast over the last row of each test window: `forecast(t)` for the value at t + 1 of `truth`. */
export function naiveErrors(
  lastRows: readonly number[],
  truth: ArrayLike<number>,
  forecast: (t: number) => number,
): Readonly<Record<string, number>> {
  return forecastErrors(
    lastRows.map(forecast),
    lastRows.map((t) => truth[t + 1] ?? Number.NaN),
  );
}

/** Last rows of windows that begin at `starts`. */
export function lastRowsOf(starts: Uint32Array, length: number): number[] {
  return Array.from(starts, (start) => start + length - 1);
}

/** `mae`, `rmse` and `r2` of the first target column in its own units. */
export function scoreForecast(dataset: Pick<Dataset, "target">, scored: ScoredRows): Readonly<Record<string, number>> {
  const { target } = dataset;
  const column = target.kind === "values" ? target.columns[0] : undefined;
  if (target.kind !== "values" || column === undefined) {
    throw new ContractError({ operation: "score", tensor: "target" }, "values", target.kind);
  }
  const width = target.columns.length;
  const { mean, deviation } = column.scaling;
  const inUnits = (scaled: number | undefined) => (scaled ?? Number.NaN) * deviation + mean;
  const forecast = Array.from(scored.rows, (_, i) => inUnits(scored.logits[i * width]));
  const truth = Array.from(scored.rows, (row) => inUnits(target.rows[row * width]));
  return forecastErrors(forecast, truth);
}

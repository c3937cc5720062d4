/**
 * Results as rows of text, once for the terminal and for the report. A ratio says how many times longer a contestant takes
 * than Gatescope's first one in the same form and on the same kind of device, GPU or none: the median of the ratios round by
 * round, so that a slow round cancels out.
 */
import { isOwn, usesGpu } from "./contestants.ts";
import type { GrowthResult, OverheadResult, Row, ShapeResult } from "./results.ts";
import { fitExponent, medianOf, spreadOf } from "./statistics.ts";

/** Headings of a table, in order. */
export const COLUMNS = ["contestant", "reset", "median ms", "min", "max", "ratio"] as const;

/** A line of a table, cell by cell. */
export type Line = readonly string[];

/** The rows that count. */
export function countedRows({ rows }: Pick<ShapeResult, "rows">): readonly Row[] {
  return rows.filter(({ refused, stepMs }) => refused === undefined && stepMs.length > 0);
}

/** Rows that are compared with each other: those of one form on one kind of device, Gatescope's first one in front. */
function groupRows(result: Pick<ShapeResult, "rows">): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of countedRows(result)) {
    const key = `${row.form} ${usesGpu(row)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((rows) => rows.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a))));
}

/** Median over the rounds of `row`'s time divided by the time of `reference` in the same round. */
export function ratioOf(row: Pick<Row, "stepMs">, reference: Pick<Row, "stepMs">): number {
  return medianOf(row.stepMs.map((ms, round) => ms / reference.stepMs[round]!));
}

/** Three significant digits, without an exponent. */
export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
}

/** Lines of the rows that count, group by group, the fastest of a group first. */
export function tableLines(result: Pick<ShapeResult, "rows">): readonly Line[] {
  return groupRows(result).flatMap((rows) => {
    const [reference] = rows;
    const sorted = rows.toSorted((a, b) => medianOf(a.stepMs) - medianOf(b.stepMs));
    return sorted.map((row) => {
      const { median, minimum, maximum } = spreadOf(row.stepMs);
      const numbers = [median, minimum, maximum, ratioOf(row, reference!)].map(formatNumber);
      return [row.contestant, row.form, ...numbers];
    });
  });
}

/** Why rows do not count, a sentence for each reason of a contestant. */
export function refusals({ rows }: Pick<ShapeResult, "rows">): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { contestant, form, refused } of rows) {
    if (refused === undefined) continue;
    const key = `${contestant}|${refused}`;
    reasons.set(key, [...(reasons.get(key) ?? []), form]);
  }
  return [...reasons].map(([key, forms]) => {
    const [contestant = "", reason = ""] = key.split("|");
    return `${contestant}, reset ${forms.join(" and ")}: not counted, ${reason}`;
  });
}

/** One sentence on the rounds. */
export function describeRounds({ rounds, dropped, disturbed, seconds }: ShapeResult): string {
  const all = `${rounds} interleaved rounds of ${seconds} s`;
  if (disturbed) return `${all}, every one disturbed by other programs: trust the ratios only.`;
  return dropped > 0 ? `${all}; ${dropped} more were disturbed by other programs and dropped.` : `${all}.`;
}

/** A table for a terminal; the first `words` columns are words, the others numbers. */
function alignColumns(lines: readonly Line[], words: number): string {
  const [first = []] = lines;
  const widths = first.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const align = (cell: string, column: number) =>
    column < words ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(align).join("  ").trimEnd()).join("\n");
}

/** The table of a shape for a terminal. */
export function renderText(result: ShapeResult): string {
  const title = result.name === result.shape ? result.name : `${result.name}: ${result.shape}`;
  const table = alignColumns([COLUMNS, ...tableLines(result)], 2);
  return [title, table, describeRounds(result), ...refusals(result)].join("\n");
}

/** Points that an exponent is fitted to: the last ones, where overheads no longer count. */
const FITTED_POINTS = 3;

/** Milliseconds of each contestant at each value of the extent, and in the last line the exponent at the far end. */
export function growthLines({ extent, curves }: GrowthResult): readonly Line[] {
  const values = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))].toSorted((a, b) => a - b);
  const cells = (x: number) => curves.map(({ points }) => points.find((point) => point.x === x)?.y);
  const rows = values.map(
    (x): Line => [String(x), ...cells(x).map((ms) => (ms === undefined ? "" : formatNumber(ms)))],
  );
  const exponents = curves.map(({ points }) =>
    points.length < FITTED_POINTS ? "" : fitExponent(points.slice(-FITTED_POINTS)).toFixed(2),
  );
  const fitted = `exponent over the last ${FITTED_POINTS}`;
  return [[extent, ...curves.map(({ contestant }) => `${contestant}, ms`)], ...rows, [fitted, ...exponents]];
}

/** The curves of an extent for a terminal. */
export function renderGrowth(result: GrowthResult): string {
  return [`growth over ${result.extent}, from ${result.shape}`, alignColumns(growthLines(result), 1)].join("\n");
}

/** Each with the limit that Gatescope sets itself. */
export const OVERHEAD_COLUMNS: Line = [
  "shape",
  "step, ms",
  "÷ its calls (≤ 1.15)",
  "host, % (≤ 5)",
  "pictures, % (≤ 10)",
  "ready, ms (≤ 1000)",
];

/** A line for each shape; without the ratio to its calls where a step is one dispatch. */
export function overheadLines(results: readonly OverheadResult[]): readonly Line[] {
  return results.map(({ name, stepMs, callsMs, encodeMs, shownRatio, readyMs }) => [
    name,
    formatNumber(stepMs),
    callsMs === null ? "" : formatNumber(stepMs / callsMs),
    ...[(100 * encodeMs) / stepMs, 100 * (shownRatio - 1), readyMs].map(formatNumber),
  ]);
}

/** The overheads for a terminal. */
export function renderOverheads(results: readonly OverheadResult[]): string {
  return alignColumns([OVERHEAD_COLUMNS, ...overheadLines(results)], 1);
}

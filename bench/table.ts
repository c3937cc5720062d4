/**
 * Results as rows of text, once for the terminal and for the report. A ratio says how many times longer a contestant takes
 * than Gatescope's first one in the same form: the median of the ratios round by round, so that a slow round cancels out.
 */
import { isOwn } from "./contestants.ts";
import type { Row, ShapeResult } from "./results.ts";
import { medianOf, spreadOf } from "./statistics.ts";

/** Headings of a table, in order. */
export const COLUMNS = ["contestant", "reset", "median ms", "min", "max", "ratio"] as const;

/** A line of a table, cell by cell. */
export type Line = readonly string[];

/** The row that the ratios of a form are counted from: the first of Gatescope's that counts, or else the first of all. */
function referenceOf(rows: readonly Row[], form: Row["form"]): Row | undefined {
  const counted = rows.filter((row) => row.form === form && row.refused === undefined && row.stepMs.length > 0);
  return counted.find(isOwn) ?? counted[0];
}

/** Median over the rounds of `row`'s time divided by the time of `reference` in the same round. */
function ratioOf(row: Pick<Row, "stepMs">, reference: Pick<Row, "stepMs">): number {
  return medianOf(row.stepMs.map((ms, round) => ms / reference.stepMs[round]!));
}

/** Three significant digits, without an exponent. */
export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
}

/** Lines of the rows that count, form by form, the fastest first. */
export function tableLines({ rows }: Pick<ShapeResult, "rows">): readonly Line[] {
  const counted = rows.filter(({ refused, stepMs }) => refused === undefined && stepMs.length > 0);
  const forms = [...new Set(counted.map(({ form }) => form))];
  return forms.flatMap((form) => {
    const reference = referenceOf(rows, form)!;
    const sorted = counted
      .filter((row) => row.form === form)
      .toSorted((a, b) => medianOf(a.stepMs) - medianOf(b.stepMs));
    return sorted.map((row) => {
      const { median, minimum, maximum } = spreadOf(row.stepMs);
      const times = [median, minimum, maximum, ratioOf(row, reference)].map(formatNumber);
      return [row.contestant, form, ...times];
    });
  });
}

/** Why rows do not count, a sentence each. */
export function refusals({ rows }: Pick<ShapeResult, "rows">): readonly string[] {
  return rows.flatMap(({ contestant, form, refused }) =>
    refused === undefined ? [] : [`${contestant}, reset ${form}: not counted, ${refused}`],
  );
}

/** One sentence on the rounds. */
export function describeRounds({ rounds, dropped, disturbed, seconds }: ShapeResult): string {
  const all = `${rounds} interleaved rounds of ${seconds} s`;
  if (disturbed) return `${all}, every one disturbed by other programs: trust the ratios only.`;
  return dropped > 0 ? `${all}; ${dropped} more were disturbed by other programs and dropped.` : `${all}.`;
}

/** The table of a shape for a terminal. */
export function renderText(result: ShapeResult): string {
  const lines = [COLUMNS, ...tableLines(result)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rows = lines.map((line) =>
    line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "),
  );
  const title = result.name === result.shape ? result.name : `${result.name}: ${result.shape}`;
  return [title, ...rows, describeRounds(result), ...refusals(result)].join("\n");
}

/**
 * A user's CSV file → columns of numbers. The first row names the columns; comma, semicolon, tab or bar separates cells.
 * papaparse splits rows and cells, everything it tolerates is checked here: a table must be rectangular and a chosen column
 * must hold a finite number in every row. A refusal says row and column as a spreadsheet does, the header being row 1.
 */
import Papa from "papaparse";
import { type Fault, InputError } from "../core/errors.ts";
import type { OwnData } from "../core/task.ts";
import { decodeText, type TextRules } from "./text.ts";

/** Largest CSV file; its numbers then take at most 256 MiB. */
export const MAXIMUM_CSV_BYTES = 64 * 2 ** 20;
/** Most columns of a file; an experiment uses at most 256 of them. */
const MAXIMUM_CSV_COLUMNS = 1024;
const MAXIMUM_NAME_CHARACTERS = 255;
const FEWEST_ROWS = 2;
const HEAD_ROWS = 5;
const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Records that decide on the delimiter. */
const SAMPLE_RECORDS = 10;
const SHOWN_CHARACTERS = 40;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Why a CSV is refused, as `reason` in the details of `csv-invalid`; besides those of `decodeText`. */
export type CsvReason =
  | "quotes"
  | "ragged"
  | "blank-row"
  | "no-header"
  | "duplicate-column"
  | "long-name"
  | "too-many-columns"
  | "too-few-rows"
  | "column-missing"
  | "missing-cell"
  | "not-a-number"
  | "not-finite";

/**
 * What the page shows of a table before it is used. `refusal` is null for a column of finite numbers, else the details of
 * the `csv-invalid` that its first other cell would cause.
 */
export interface SeriesPreview {
  readonly kind: "series";
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly refusal: Fault["details"] | null }[];
  /** The first rows as they stand in the file, header excluded. */
  readonly head: readonly (readonly string[])[];
}

function refusal(reason: CsvReason, details: Readonly<Record<string, string | number>>): InputError {
  return new InputError("csv-invalid", { reason, ...details });
}

const shorten = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;

/**
 * papaparse's own guess counts the empty record behind the last line end and so fails on short files. Ours: the delimiter
 * under which the first records agree on the most cells; where they agree under none, the one that splits the header most.
 */
function findDelimiter(text: string): string {
  let best = { delimiter: ",", agreed: 0, inHeader: 1 };
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse(text, { delimiter, newline: "\n", preview: SAMPLE_RECORDS });
    const widths = data.filter((cells) => cells.join("") !== "").map((cells) => cells.length);
    const inHeader = widths[0] ?? 0;
    const agreed = inHeader > 1 && widths.every((width) => width === inHeader) ? inHeader : 0;
    if (agreed > best.agreed || (agreed === best.agreed && inHeader > best.inHeader))
      best = { delimiter, agreed, inHeader };
  }
  return best.delimiter;
}

/** Checks the first record; nameless columns (an index, often) are called by their number. */
function readHeader(cells: readonly string[]): string[] {
  if (cells.length > MAXIMUM_CSV_COLUMNS) {
    throw refusal("too-many-columns", { columns: cells.length, maximum: MAXIMUM_CSV_COLUMNS });
  }
  if (cells.every((cell) => NUMBER.test(cell.trim())))
    throw refusal("no-header", { row: 1, cell: shorten(cells[0] ?? "") });
  const names = cells.map((cell, i) => cell.trim() || `#${i + 1}`);
  names.forEach((name, i) => {
    if (name.length > MAXIMUM_NAME_CHARACTERS) {
      throw refusal("long-name", { row: 1, column: i + 1, characters: name.length, maximum: MAXIMUM_NAME_CHARACTERS });
    }
    const first = names.indexOf(name);
    if (first !== i) throw refusal("duplicate-column", { column: shorten(name), first: first + 1, second: i + 1 });
  });
  return names;
}

/** Calls `header` once and `record` with every record after it; both in order, rows counted from 1. */
function eachRecord(
  text: string,
  header: (names: readonly string[]) => void,
  record: (cells: readonly string[], row: number) => void,
): number {
  let row = 0;
  let columns = 0;
  let blankRow: number | null = null;
  Papa.parse(text, {
    delimiter: findDelimiter(text),
    newline: "\n",
    step: ({ data: cells, errors }) => {
      row++;
      if (errors.length > 0) throw refusal("quotes", { row });
      if (cells.length === 1 && cells[0]?.trim() === "") {
        blankRow ??= row; // harmless at the end
        return;
      }
      if (blankRow !== null) throw refusal("blank-row", { row: blankRow });
      if (columns === 0) {
        const names = readHeader(cells);
        columns = names.length;
        header(names);
        return;
      }
      if (cells.length !== columns) throw refusal("ragged", { row, expected: columns, actual: cells.length });
      record(cells, row);
    },
  });
  const rows = Math.max(0, (blankRow ?? row + 1) - 2); // without the header and what is blank at the end
  if (rows < FEWEST_ROWS) throw refusal("too-few-rows", { rows, needed: FEWEST_ROWS });
  return rows;
}

/** The number in a cell, or why it holds none. */
function readCell(cell: string): number | Extract<CsvReason, "missing-cell" | "not-a-number" | "not-finite"> {
  const trimmed = cell.trim();
  if (trimmed === "") return "missing-cell";
  if (!NUMBER.test(trimmed)) return "not-a-number";
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : "not-finite";
}

/** Details of the refusal of one cell. */
function cellDetails(reason: CsvReason, row: number, column = "", cell = ""): Fault["details"] {
  return { reason, row, column: shorten(column), cell: shorten(cell) };
}

const RULES: TextRules = { code: "csv-invalid", maximumBytes: MAXIMUM_CSV_BYTES };

/** Names, sizes and first rows of a CSV file. Throws `csv-invalid` where the table as such is broken. */
export function previewSeries(bytes: Uint8Array<ArrayBuffer>): SeriesPreview {
  let names: readonly string[] = [];
  const refusals = new Map<string, Fault["details"]>();
  const head: (readonly string[])[] = [];
  const rows = eachRecord(
    decodeText(bytes, RULES),
    (header) => {
      names = header;
    },
    (cells, row) => {
      if (head.length < HEAD_ROWS) head.push(cells);
      names.forEach((name, i) => {
        const value = refusals.has(name) ? 0 : readCell(cells[i] ?? "");
        if (typeof value === "string") refusals.set(name, cellDetails(value, row, name, cells[i]));
      });
    },
  );
  return { kind: "series", rows, columns: names.map((name) => ({ name, refusal: refusals.get(name) ?? null })), head };
}

/**
 * The columns called `names`, in that order. Throws `csv-invalid` at the first cell of them that is empty, not a number or
 * beyond what a float64 holds; other columns may hold anything.
 */
export function readOwnSeries(
  bytes: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): Extract<OwnData, { kind: "series" }> {
  const columns = names.map((): number[] => []);
  let places: readonly number[] = [];
  eachRecord(
    decodeText(bytes, RULES),
    (header) => {
      places = names.map((name) => header.indexOf(name));
      const missing = names.find((_, i) => places[i] === -1);
      if (missing !== undefined) throw refusal("column-missing", { column: shorten(missing) });
    },
    (cells, row) => {
      places.forEach((place, i) => {
        const cell = cells[place] ?? "";
        const value = readCell(cell);
        if (typeof value === "string") throw new InputError("csv-invalid", cellDetails(value, row, names[i], cell));
        columns[i]?.push(value);
      });
    },
  );
  return { kind: "series", header: names, values: columns.map((column) => Float64Array.from(column)) };
}

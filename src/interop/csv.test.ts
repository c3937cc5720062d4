/** Tables that become columns, and every kind of broken one with the row and column it is refused by. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAXIMUM_CSV_BYTES, previewSeries, readOwnSeries } from "./csv.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, names: string[]) => readOwnSeries(bytes(text), names).values.map((values) => [...values]);
const refused = (details: object) => expect.objectContaining({ name: "InputError", code: "csv-invalid", details });

describe("a table is read", () => {
  test.each([
    ["with a byte order mark", "\ufeffa,b\n1,2\n3,4\n"],
    ["with CRLF", "a,b\r\n1,2\r\n3,4\r\n"],
    ["with semicolons", "a;b\n1;2\n3;4\n"],
    ["with tabs", "a\tb\n1\t2\n3\t4"],
    ["with bars", "a|b\n1|2\n3|4\n"],
    ["with quotes", '"a","b"\n"1","2"\n3,4\n'],
    ["with a name that contains the delimiter of others", '"a";b;"x,y,z"\n1;2;0\n3;4;0\n'],
    ["with spaces around numbers", "a, b\n 1 ,2\n3, 4\n"],
    ["with blank lines at the end", "a,b\n1,2\n3,4\n\n  \n"],
    ["with other signs and exponents", "a,b\n+1e0,20e-1\n3.,.4e1\n"],
  ])("%s", (_, text) => {
    expect(read(text, ["b", "a"])).toEqual([
      [2, 4],
      [1, 3],
    ]);
  });

  test("with line breaks inside quotes, which do not shift the row numbers", () => {
    const text = 'note,a\n"two\nlines",1\nplain,2\nplain,x\n';
    expect(() => read(text, ["a"])).toThrow(refused({ reason: "not-a-number", row: 4, column: "a", cell: "x" }));
    expect(read(text.replace("x", "3"), ["a"])).toEqual([[1, 2, 3]]);
  });

  test("with one column", () => {
    expect(read("a\n1\n2\n", ["a"])).toEqual([[1, 2]]);
  });

  test("with text in a column that nobody asked for", () => {
    expect(read("day,a\nmon,1\ntue,2\n", ["a"])).toEqual([[1, 2]]);
  });

  test("exactly as written (but −0, which JavaScript prints as 0), whatever the numbers and the delimiter", () => {
    const rows = fc.array(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      {
        minLength: 2,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(",", ";", "\t", "|"), (table, delimiter) => {
        const text = [["a", "b", "c"], ...table].map((cells) => cells.join(delimiter)).join("\n");
        expect(read(text, ["a", "c"])).toEqual([0, 2].map((i) => table.map((cells) => (cells[i] ?? Number.NaN) + 0)));
      }),
    );
  });
});

describe("a table is refused", () => {
  test.each([
    ["a short row", "a,b\n1,2\n3\n", { reason: "ragged", row: 3, expected: 2, actual: 1 }],
    ["a long row", "a,b\n1,2\n3,4,5\n", { reason: "ragged", row: 3, expected: 2, actual: 3 }],
    ["an open quote", 'a,b\n1,2\n"3,4\n5,6\n', { reason: "quotes", row: 3 }],
    ["text after a closing quote", 'a,b\n1,2\n"3"x,4\n', { reason: "quotes", row: 3 }],
    ["a blank line in the middle", "a,b\n1,2\n\n3,4\n", { reason: "blank-row", row: 3 }],
    ["no header", "1,2\n3,4\n5,6\n", { reason: "no-header", row: 1, cell: "1" }],
    [
      "two columns of one name",
      "a,b,a\n1,2,3\n4,5,6\n",
      { reason: "duplicate-column", column: "a", first: 1, second: 3 },
    ],
    ["a header alone", "a,b\n", { reason: "too-few-rows", rows: 0, needed: 2 }],
    ["one row", "a,b\n1,2\n", { reason: "too-few-rows", rows: 1, needed: 2 }],
    ["a missing cell", "a,b\n1,2\n,4\n", { reason: "missing-cell", row: 3, column: "a", cell: "" }],
    ["text in a number column", "a,b\n1,2\nmany,4\n", { reason: "not-a-number", row: 3, column: "a", cell: "many" }],
    ["a decimal comma", "a;b\n1;2\n3,5;4\n", { reason: "not-a-number", row: 3, column: "a", cell: "3,5" }],
    ["hexadecimal", "a,b\n1,2\n0x10,4\n", { reason: "not-a-number", row: 3, column: "a", cell: "0x10" }],
    ["a number beyond float64", "a,b\n1,2\n1e999,4\n", { reason: "not-finite", row: 3, column: "a", cell: "1e999" }],
    ["the word Infinity", "a,b\n1,2\nInfinity,4\n", { reason: "not-a-number", row: 3, column: "a", cell: "Infinity" }],
    ["a column that is not there", "x,b\n1,2\n3,4\n", { reason: "column-missing", column: "a" }],
    ["an empty file", "", { reason: "empty", bytes: 0 }],
    ["blank lines only", "\n\n", { reason: "too-few-rows", rows: 0, needed: 2 }],
  ])("for %s", (_, text, details) => {
    expect(() => read(text, ["a"])).toThrow(refused(details));
  });

  test("for 100,000 columns", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const text = `${names.join()}\n${names.map(() => 1).join()}\n`;
    const details = { reason: "too-many-columns", columns: 100_000, maximum: 1024 };
    expect(() => previewSeries(bytes(text))).toThrow(refused(details));
  });

  test("for a name longer than an experiment may hold", () => {
    const details = { reason: "long-name", row: 1, column: 2, characters: 256, maximum: 255 };
    expect(() => previewSeries(bytes(`a,${"b".repeat(256)}\n1,2\n3,4\n`))).toThrow(refused(details));
  });

  test("for 200 MB, without reading them", () => {
    const file = new Uint8Array(200 * 2 ** 20); // never touched, so it costs no memory
    const details = { reason: "too-large", bytes: file.length, maximumBytes: MAXIMUM_CSV_BYTES };
    expect(() => previewSeries(file)).toThrow(refused(details));
  });

  test("for a cell too long to show, shortened", () => {
    const text = `a\n1\n${"x".repeat(100)}\n`;
    expect(() => read(text, ["a"])).toThrow(
      refused({ reason: "not-a-number", row: 3, column: "a", cell: `${"x".repeat(40)}…` }),
    );
  });
});

describe("a preview", () => {
  test("says of each column whether it is numbers throughout or where it is not, and shows the first rows", () => {
    const rows = Array.from({ length: 8 }, (_, i) => `${i},day ${i},${i === 7 ? "" : i}`);
    expect(previewSeries(bytes(`,day,gap\n${rows.join("\n")}\n`))).toEqual({
      kind: "series",
      rows: 8,
      columns: [
        { name: "#1", refusal: null },
        { name: "day", refusal: { reason: "not-a-number", row: 2, column: "day", cell: "day 0" } },
        { name: "gap", refusal: { reason: "missing-cell", row: 9, column: "gap", cell: "" } },
      ],
      head: rows.slice(0, 5).map((row) => row.split(",")),
    });
  });

  test("refuses broken tables as reading does", () => {
    expect(() => previewSeries(bytes("a,b\n1\n2,3\n"))).toThrow(
      refused({ reason: "ragged", row: 2, expected: 2, actual: 1 }),
    );
  });
});

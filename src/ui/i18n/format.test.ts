/** Bytes and times as the page writes them. */
import { expect, test } from "vitest";
import { formatBytes, formatMilliseconds, formatMillisecondsUnder } from "./format.ts";

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1000, "1 kB"],
  [12_345_678, "12.3 MB"],
  [2_147_483_648, "2.15 GB"],
  [5e13, "50,000 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [35.9, "35.9"],
  [2.425, "2.43"],
  [3.6, "3.60"],
  [9.999, "10.0"],
  [0.00734, "0.00734"],
  [1234.5, "1,230"],
  [0, "0.00"],
])("%d milliseconds are %s", (ms, text) => {
  expect(formatMilliseconds(ms)).toBe(text);
});

test.each([
  [12.34, [12.34, 0.456, 0], ["12.3", "0.5", "0.0"]],
  [1.5, [1.5, 0.0449], ["1.50", "0.04"]],
  [0.0625, [0.0625, 0.004], ["0.0625", "0.0040"]],
  [2345.6, [2345.6, 3.2], ["2,346", "3"]],
  [0, [0], ["0.00"]],
])("under a largest of %d milliseconds all times have the same decimals", (largest, times, texts) => {
  expect(times.map((ms) => formatMillisecondsUnder(largest, ms))).toEqual(texts);
});

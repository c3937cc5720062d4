/** Bytes, times and losses as the page writes them. */
import { expect, test } from "vitest";
import { formatBytes, formatLoss, formatMilliseconds, formatMillisecondsUnder } from "./format.ts";

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
  [0.58, [0.58, 0.02, 0], ["0.58", "0.02", "0.00"]],
  [2345.6, [2345.6, 3.2], ["2,346", "3"]],
  [0, [0], ["0.00"]],
])("under a largest of %d milliseconds all times have the same decimals", (largest, times, texts) => {
  expect(times.map((ms) => formatMillisecondsUnder(largest, ms))).toEqual(texts);
});

test.each([
  [1.5, "1.500"],
  [0.030784, "0.03078"],
  [0.0001, "0.0001000"],
  [7.048e-6, "7.048e-6"],
  [0, "0.000"],
  [31_234, "3.123e+4"],
])("a loss of %d is %s", (loss, text) => {
  expect(formatLoss(loss)).toBe(text);
});

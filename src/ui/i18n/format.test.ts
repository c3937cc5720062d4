/** Bytes as the page writes them. */
import { expect, test } from "vitest";
import { formatBytes } from "./format.ts";

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

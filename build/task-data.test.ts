/** The data modules as text: what travels to the page stays within its budget and needs nothing else. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DATA_MODULES } from "./task-data.ts";

const sources = await Promise.all(Object.values(DATA_MODULES).map((source) => source()));

test("all data together takes at most 400 kB gzipped", () => {
  const gzippedBytes = sources.map((source) => gzipSync(source).length);
  expect(gzippedBytes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(400_000);
});

test("no module imports another or names an address", () => {
  for (const source of sources) expect(source).not.toMatch(/\bimport\b|https?:/);
});

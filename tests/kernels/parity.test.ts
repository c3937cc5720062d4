/** Every implementation of every operation on WebGPU against its twin, at odd sizes; the cases are those of `src/checks/parity-cases.ts`. */
import { expect, test } from "vitest";
import { runParity } from "../../src/checks/parity.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

test.each(OPERATIONS.map(({ name }) => name))("%s agrees with its twin", { timeout: 240_000 }, async (operation) => {
  const report = await runParity(backend, { operations: [operation] });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

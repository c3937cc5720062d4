/** The fast CPU player against the twins: every operation's parity cases, over one memory. */
import { expect, test } from "vitest";
import { runParity } from "../../checks/parity.ts";
import { OPERATIONS } from "../../operations/registry.ts";
import { createWasmBackend } from "./backend.ts";

const backend = await createWasmBackend();

test.each(OPERATIONS.map(({ name }) => name))("%s agrees with its twin", { timeout: 60_000 }, async (operation) => {
  const report = await runParity(backend, { operations: [operation] });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

/** Every operation on WebGPU against its twin, at odd sizes; the cases are those of `src/checks/parity-cases.ts`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { planDefaults } from "../../src/backends/gpu/plan.ts";
import { openBackend } from "../../src/backends/open.ts";
import { runParity } from "../../src/checks/parity.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Plan } from "../../src/core/program.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";

let backend: Backend;

beforeAll(async () => {
  const opened = await openBackend("webgpu", navigator.gpu);
  if (!opened.backend) throw new Error(`no WebGPU: ${JSON.stringify(opened.faults)}`);
  backend = opened.backend;
});

afterAll(() => backend.dispose());

test.each(OPERATIONS.map(({ name }) => name))("%s agrees with its twin", { timeout: 120_000 }, async (operation) => {
  const report = await runParity(backend, { operations: [operation] });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

/** Implementations that are nobody's default; calls that one cannot play are played as usual. */
const others = OPERATIONS.flatMap(({ name, implementations }) =>
  Object.keys(implementations)
    .slice(1)
    .map((implementation) => [name, implementation] as const),
);

test.each(others)("%s agrees with its twin by `%s`", { timeout: 120_000 }, async (operation, implementation) => {
  const saved: Plan = { [operation]: { implementation, sizes: {} } };
  const planned: Backend = { ...backend, plan: (program) => planDefaults(program, true, saved) };
  const report = await runParity(planned, { operations: [operation], seed: 3 });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
});

test("every operation agrees with the sizes of a hardware adapter", { timeout: 300_000 }, async () => {
  const hardware: Backend = { ...backend, plan: (program) => planDefaults(program, false) };
  const report = await runParity(hardware, { seed: 2 });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
});

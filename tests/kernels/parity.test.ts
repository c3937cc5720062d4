/** Every implementation of every operation on WebGPU against its twin, at odd sizes; the cases are those of `src/checks/parity-cases.ts`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { planDefaults } from "../../src/backends/gpu/plan.ts";
import { openBackend } from "../../src/backends/open.ts";
import { runParity } from "../../src/checks/parity.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Program } from "../../src/core/program.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";

let backend: Backend;

beforeAll(async () => {
  const opened = await openBackend("webgpu", navigator.gpu);
  if (!opened.backend) throw new Error(`no WebGPU: ${JSON.stringify(opened.faults)}`);
  backend = opened.backend;
});

afterAll(() => backend.dispose());

test.each(OPERATIONS.map(({ name }) => name))("%s agrees with its twin", { timeout: 240_000 }, async (operation) => {
  const report = await runParity(backend, { operations: [operation] });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

test("every operation agrees with the sizes of a hardware adapter", { timeout: 300_000 }, async () => {
  const hardware: Backend = { ...backend, plan: (program) => planDefaults(program, false) };
  const report = await runParity(hardware, { seed: 2 });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
});

test("matrix products agree in short chunks of rows, each in parts", { timeout: 120_000 }, async () => {
  const operations = ["project-forward", "input-gradient", "weight-gradient"];
  const short = (program: Program) =>
    Object.fromEntries(
      Object.entries(backend.plan(program)).map(([name, { implementation, sizes }]) => [
        name,
        { implementation, sizes: { ...sizes, ROWS: 64, ...(sizes.SPLIT_ROWS && { SPLIT_ROWS: 24 }) } },
      ]),
    );
  const report = await runParity({ ...backend, plan: short }, { operations, seed: 3 });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

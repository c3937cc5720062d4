/** Operations on WebGPU against their twins with sizes that this adapter would not choose: those of hardware, and short chunks. */
import { expect, test } from "vitest";
import { planDefaults } from "../../src/backends/gpu/plan.ts";
import { runParity } from "../../src/checks/parity.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Program } from "../../src/core/program.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

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

/** Models side by side on WebGPU: every operation gives each model the bits that it gives that model alone. */
import { expect, test } from "vitest";
import { planDefaults } from "../../src/backends/gpu/plan.ts";
import { compareModelsWithAlone } from "../../src/checks/models-alone.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Plan, Program } from "../../src/core/program.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

test.each(OPERATIONS.map(({ name }) => name))("%s", { timeout: 120_000 }, async (operation) => {
  const { cases, differences } = await compareModelsWithAlone(backend, operation);
  expect(differences).toEqual([]);
  expect(cases).toBeGreaterThan(0);
});

/** Implementations that are nobody's default; calls that one cannot play are played as usual. */
const others = OPERATIONS.flatMap(({ name, implementations }) =>
  Object.keys(implementations)
    .slice(1)
    .map((implementation) => [name, implementation] as const),
);

test.each(others)("%s by `%s`", { timeout: 120_000 }, async (operation, implementation) => {
  const saved: Plan = { [operation]: { implementation, sizes: {} } };
  const planned: Backend = { ...backend, plan: (program) => planDefaults(program, true, saved) };
  expect((await compareModelsWithAlone(planned, operation)).differences).toEqual([]);
});

test("copies are read alone and together, and what a kernel reads once for all cannot differ", async () => {
  const x = { name: "x", type: "f32", shape: [2], role: "activation" } as const;
  const rows = { name: "rows", type: "f32", shape: [5], role: "data" } as const;
  const starts = { name: "starts", type: "u32", shape: [1], role: "batch" } as const;
  const gather = {
    operation: "batch-gather",
    label: "batch",
    numbers: { T: 2, B: 1, D: 1, R: 5, K: 1, shift: 0 },
    tensors: { rows: { tensor: "rows" }, starts: { tensor: "starts" }, x: { tensor: "x" } },
  };
  const program: Program = { models: 2, tensors: [rows, starts, x], phases: { forward: [gather] } };
  const player = await backend.create(program, backend.plan(program));
  player.write("rows", Float32Array.of(10, 11, 12, 13, 14));
  player.write("starts", Uint32Array.of(3), 0, 0);
  player.write("starts", Uint32Array.of(1), 0, 1);
  player.play("forward", { slot: 0, live: 1 });
  expect([...(await player.read("x", 1, 1, 1))]).toEqual([12]);
  expect([...(await player.readAll("x"))]).toEqual([13, 14, 11, 12]);
  expect([...(await player.readAll("x", 1, 1))]).toEqual([14, 12]);
  expect([...(await player.readAll("rows", 3))]).toEqual([13, 14]);
  expect(player.counts.dispatches).toEqual({ "batch-gather.block": 1 });
  expect(() => player.play("forward", { slot: 0, live: [1, 0] })).toThrow("live the same for all models");
  expect(() => player.write("rows", Float32Array.of(1), 0, 1)).toThrow("expected a model below 1, got 1");
  player.dispose();
});

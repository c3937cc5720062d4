/** Models side by side on WebGPU: every operation gives each model the bits that it gives that model alone. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBackend } from "../../src/backends/open.ts";
import { compareModelsWithAlone } from "../../src/checks/models-alone.ts";
import type { Backend } from "../../src/core/backend.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";

let backend: Backend;

beforeAll(async () => {
  const opened = await openBackend("webgpu", navigator.gpu);
  if (!opened.backend) throw new Error(`no WebGPU: ${JSON.stringify(opened.faults)}`);
  backend = opened.backend;
});

afterAll(() => backend.dispose());

test.each(OPERATIONS.map(({ name }) => name))("%s", { timeout: 120_000 }, async (operation) => {
  const { cases, differences } = await compareModelsWithAlone(backend, operation);
  expect(differences).toEqual([]);
  expect(cases).toBeGreaterThan(0);
});

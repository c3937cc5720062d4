/** Models side by side on the CPU player: every operation gives each model the bits that it gives that model alone. */
import { expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import { compareModelsWithAlone } from "../../src/checks/models-alone.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";

test.each(OPERATIONS.map(({ name }) => name))("%s", async (operation) => {
  const { cases, differences } = await compareModelsWithAlone(createReferenceBackend(), operation);
  expect(differences).toEqual([]);
  expect(cases).toBeGreaterThan(0);
});

/** The fast CPU player against the twins: in Node on the plain binary, in Chromium on the one with fused multiply-add. */
import { expect, test } from "vitest";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { FAST_TWINS } from "../../src/backends/wasm/fast-twins.ts";
import { compareModelsWithAlone } from "../../src/checks/models-alone.ts";
import { runParity } from "../../src/checks/parity.ts";
import { ProgramRefusedError } from "../../src/core/errors.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";

const backend = await createWasmBackend();

test.each(OPERATIONS.map(({ name }) => name))("%s agrees with its twin", { timeout: 60_000 }, async (operation) => {
  const report = await runParity(backend, { operations: [operation] });
  expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

test.each(FAST_TWINS.map(({ operation }) => operation.name))(
  "%s of models side by side",
  { timeout: 60_000 },
  async (name) => {
    const { cases, differences } = await compareModelsWithAlone(backend, name);
    expect(differences).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  },
);

test("a Program beyond 32-bit addresses is refused with the bytes, before memory is asked for", async () => {
  const tensors = [{ name: "record", type: "f32", shape: [2 ** 30], role: "activation" }] as const;
  const refusal = await backend.create({ tensors, phases: {} }, {}).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ProgramRefusedError);
  expect(refusal).toMatchObject({ tensor: "record and the tensors before it", limitBytes: 2 ** 32 - 2 ** 16 });
  expect(refusal).toHaveProperty("bytes", 1024 + 2 ** 32 + 64);
});

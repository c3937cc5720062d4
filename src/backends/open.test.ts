/** The choice of a backend where there is no WebGPU; where there is, the kernel tests choose it. */
import { expect, test, vi } from "vitest";
import { openBackend } from "./open.ts";

test("the CPU is opened without asking for WebGPU", async () => {
  const { backend, faults } = await openBackend("cpu");
  expect(backend?.info.kind).toBe("cpu");
  expect(faults).toEqual([]);
});

test("auto falls back to the fast CPU player and says why", async () => {
  const { backend, faults } = await openBackend("auto");
  expect(backend?.info.kind).toBe("wasm");
  expect(faults.map(({ code }) => code)).toEqual(["webgpu-missing"]);
});

test("the fast CPU player is opened without asking for WebGPU", async () => {
  const { backend, faults } = await openBackend("wasm");
  expect(backend?.info.kind).toBe("wasm");
  expect(faults).toEqual([]);
});

test("where compiling is forbidden the plain CPU player is opened and says why", async () => {
  const compile = vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("blocked by policy"));
  const { backend, faults } = await openBackend("auto");
  compile.mockRestore();
  expect(backend?.info.kind).toBe("cpu");
  expect(faults).toEqual([
    { code: "webgpu-missing", details: {} },
    { code: "wasm-refused", details: { message: "CompileError: blocked by policy" } },
  ]);
});

test("a wish for WebGPU is never answered with the CPU", async () => {
  const { backend, faults } = await openBackend("webgpu");
  expect(backend).toBeUndefined();
  expect(faults.map(({ code }) => code)).toEqual(["webgpu-missing"]);
});

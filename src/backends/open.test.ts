/** The choice of a backend where there is no WebGPU; where there is, the kernel tests choose it. */
import { expect, test } from "vitest";
import { openBackend } from "./open.ts";

test("the CPU is opened without asking for WebGPU", async () => {
  const { backend, faults } = await openBackend("cpu");
  expect(backend?.info.kind).toBe("cpu");
  expect(faults).toEqual([]);
});

test("auto falls back to the CPU and says why", async () => {
  const { backend, faults } = await openBackend("auto");
  expect(backend?.info.kind).toBe("cpu");
  expect(faults.map(({ code }) => code)).toEqual(["webgpu-missing"]);
});

test("a wish for WebGPU is never answered with the CPU", async () => {
  const { backend, faults } = await openBackend("webgpu");
  expect(backend).toBeUndefined();
  expect(faults.map(({ code }) => code)).toEqual(["webgpu-missing"]);
});

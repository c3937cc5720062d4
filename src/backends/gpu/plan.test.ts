/** The fixed defaults: wider workgroups on hardware, and slabs that neither waste dispatches nor break the trip budget. */
import { expect, test } from "vitest";
import type { OperationCall, Program } from "../../core/program.ts";
import { planDefaults } from "./plan.ts";

function program(...rows: number[]): Program {
  const calls = rows.map(
    (N): OperationCall => ({
      operation: "bias-gradient",
      label: "",
      numbers: { N, C: 1, rightOffset: 0, rightStride: 1, outOffset: 0 },
      tensors: {},
    }),
  );
  return { tensors: [], phases: { backward: calls } };
}

const sizesOf = (rows: readonly number[], software: boolean) =>
  planDefaults(program(...rows), software)["bias-gradient"]?.sizes;

test("software keeps the kernel's own workgroup size, hardware takes 64", () => {
  expect(sizesOf([1], true)?.WORKGROUP_SIZE).toBe(16);
  expect(sizesOf([1], false)?.WORKGROUP_SIZE).toBe(64);
});

test("slabs follow the longest call, within bounds", () => {
  expect(sizesOf([10], true)?.SLAB_ROWS).toBe(256);
  expect(sizesOf([10, 4000], true)?.SLAB_ROWS).toBe(1000);
  expect(sizesOf([8_000_000], true)?.SLAB_ROWS).toBe(4096);
});

test("every operation of every phase is planned once", () => {
  expect(Object.keys(planDefaults(program(1, 2, 3), true))).toEqual(["bias-gradient"]);
});

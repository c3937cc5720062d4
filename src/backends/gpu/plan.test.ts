/**
 * The fixed defaults: wider workgroups and an implementation's own sizes on hardware, and slabs that neither waste
 * dispatches nor break the trip budget.
 */
import { expect, test } from "vitest";
import type { OperationCall, Program } from "../../core/program.ts";
import { planDefaults } from "./plan.ts";

function program(...rows: number[]): Program {
  const windows = { xOffset: 0, xStride: 1, dyOffset: 0, dyStride: 1, dxOffset: 0, dxStride: 1 };
  const calls = rows.map(
    (N): OperationCall => ({
      operation: "layer-norm-backward",
      label: "",
      numbers: { N, C: 1, ...windows },
      tensors: {},
    }),
  );
  return { tensors: [], phases: { backward: calls } };
}

const sizesOf = (rows: readonly number[], software: boolean) =>
  planDefaults(program(...rows), software)["layer-norm-backward"]?.sizes;

test("software keeps the kernel's own workgroup size, hardware takes 64", () => {
  expect(sizesOf([1], true)?.WORKGROUP_SIZE).toBe(16);
  expect(sizesOf([1], false)?.WORKGROUP_SIZE).toBe(64);
});

test("sizes that an implementation wants on hardware are taken there only", () => {
  const numbers = { T: 1, B: 1, D: 1, R: 1, K: 1, shift: 0 };
  const gather: OperationCall = { operation: "batch-gather", label: "", numbers, tensors: {} };
  const sizes = (software: boolean) =>
    planDefaults({ tensors: [], phases: { forward: [gather] } }, software)["batch-gather"]?.sizes;
  expect(sizes(true)).toMatchObject({ STEPS: 8, COLUMNS: 32 });
  expect(sizes(false)).toEqual({ WORKGROUP_SIZE: 64, STEPS: 1, COLUMNS: 4 });
});

test("slabs follow the longest call, within bounds", () => {
  expect(sizesOf([10], true)?.SLAB_ROWS).toBe(256);
  expect(sizesOf([10, 4000], true)?.SLAB_ROWS).toBe(1000);
  expect(sizesOf([8_000_000], true)?.SLAB_ROWS).toBe(4096);
});

test("every operation of every phase is planned once", () => {
  expect(Object.keys(planDefaults(program(1, 2, 3), true))).toEqual(["layer-norm-backward"]);
});

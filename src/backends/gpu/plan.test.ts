/**
 * The fixed defaults: wider workgroups and an implementation's own sizes on hardware, and slabs that neither waste
 * dispatches nor break the trip budget.
 */
import { expect, test } from "vitest";
import type { OperationCall, Plan, Program } from "../../core/program.ts";
import { PLAYER } from "../../core/shared-plan.ts";
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

const plannedBy = (implementation: string, sizes: Readonly<Record<string, number>>): Plan => ({
  "layer-norm-backward": { implementation, sizes },
});
const [[implementation, own] = ["", { sizes: {} }]] = Object.values(planDefaults(program(10), true)).map(
  (planned) => [planned.implementation, planned] as const,
);

test.each<[string, Plan]>([
  ["chunks or slabs of no length", plannedBy(implementation, { ...own.sizes, SLAB_ROWS: 0 })],
  ["sizes that are not whole", plannedBy(implementation, { ...own.sizes, SLAB_ROWS: 0.5 })],
  ["more invocations than a workgroup may have", plannedBy(implementation, { ...own.sizes, WORKGROUP_SIZE: 1e9 })],
  ["loops beyond the trips", plannedBy(implementation, { ...own.sizes, SLAB_ROWS: 100_000 })],
  ["a name that every object has", plannedBy("constructor", {})],
])("a file with %s takes the player's own", (_what, saved) => {
  const long = program(200_000);
  expect(planDefaults(long, true, saved)).toEqual(planDefaults(long, true));
});

test("chunks of a link keep to the budget here, unless sums go on over them; those of a file are its run's own", () => {
  const call = (operation: string, numbers: OperationCall["numbers"]): OperationCall => {
    return { operation, label: "", numbers: { N: 100_000, D: 64, C: 64, ...numbers }, tensors: {} };
  };
  const products: Program = {
    tensors: [],
    phases: { forward: [call("input-gradient", {})], backward: [call("weight-gradient", {})] },
  };
  const withRows = (ROWS: number): Plan => ({
    "input-gradient": { implementation: "register", sizes: { ROWS } },
    "weight-gradient": { implementation: "register", sizes: { ROWS } },
  });
  const rowsOf = (saved: Plan) =>
    Object.values(planDefaults(products, true, saved)).map(({ implementation: name, sizes }) => [name, sizes.ROWS]);
  const link = (ROWS: number): Plan => ({ ...withRows(ROWS), [PLAYER]: { implementation: "webgpu", sizes: {} } });
  // 16 ms at 1 GFLOP/s are 8 MFLOP of products, 1953 rows of 2 · 64 · 64, cut to a power of two.
  expect(rowsOf(link(100_000))).toEqual([
    ["register", 1024],
    ["register", 100_000],
  ]);
  expect(rowsOf(link(256))[0]).toEqual(["register", 256]);
  expect(rowsOf(withRows(100_000))).toEqual([
    ["register", 100_000],
    ["register", 100_000],
  ]);
});

/** The candidates of a place: what can be played, and the order that the cost model gives. The registry is extended. */
import { expect, test, vi } from "vitest";
import type { Implementation, Kernel } from "../../core/operation.ts";
import { listImplementations, listVariations, type Place, withChunks } from "./candidates.ts";
import { isPlayable } from "./playable.ts";

const added = vi.hoisted((): Record<string, Implementation> => {
  const kernel = (workgroups: number): Kernel => ({
    ...{ file: "row-norm.example", bindings: [], scalars: [], sizes: { WORKGROUP_SIZE: 16 } },
    grid: () => [workgroups, 1, 1],
    trips: ({ steps = 1, H = Number.NaN }) => steps * H,
  });
  return {
    "one-by-one": { passes: [{ kernels: [kernel(1000)], loop: { from: 1, to: "N" } }] },
    narrow: { passes: [{ kernels: [kernel(1)] }] },
    chunked: {
      passes: [{ kernels: [kernel(1000)], loop: { from: 1, to: "N", by: "STEPS" } }],
      sizes: { STEPS: 1 },
      choices: { WORKGROUP_SIZE: [16, 64, 512] },
      feasible: (_numbers, { WORKGROUP_SIZE = 0 }, { maxInvocations }) => WORKGROUP_SIZE <= maxInvocations,
    },
  };
});

vi.mock("../../operations/registry.ts", async (original) => {
  const registry = await original<typeof import("../../operations/registry.ts")>();
  const extended = { ...registry.findOperation("row-norm"), implementations: added };
  return {
    ...registry,
    findOperation: (name: string) => (name === "row-norm" ? extended : registry.findOperation(name)),
  };
});

const place = (N: number, H: number, software: boolean): Place => ({
  group: [{ operation: "row-norm", label: "", numbers: { N, H, xOffset: 0 }, tensors: {} }],
  software,
});

const names = (of: Place) => listImplementations(of).map(({ implementation }) => implementation);

test("fewer dispatches are expected to be faster, and on a GPU more lanes as well", () => {
  expect(names(place(200, 10, true)).at(-1)).toBe("one-by-one");
  expect(names(place(1000, 1000, false))[0]).toBe("chunked");
});

test("a software renderer needs no more than a few lanes", () => {
  expect(names(place(200, 10, true))[0]).toBe("narrow");
});

test("chunks begin with the length that the budget guesses, and follow a measured rate", () => {
  const many = place(1000, 10_000, true);
  const [chunked] = listImplementations(many).filter(({ implementation }) => implementation === "chunked");
  if (!chunked) throw new Error("chunked can be played");
  // 40 ms by the guess: 4 · (N · H + N) FLOPs at 1 GFLOP/s; and at most 60,000 trips, 6 steps of 10,000.
  expect(chunked.sizes.STEPS).toBe(4);
  const slow = withChunks(many, chunked, { flopsPerMs: 1e4, dispatchMs: 0 });
  expect(slow.sizes.STEPS).toBe(2);
});

test("variations change one size at a time and leave out what the device cannot do", () => {
  const few = place(4, 10, true);
  const [start] = listImplementations(few).filter(({ implementation }) => implementation === "chunked");
  if (!start) throw new Error("chunked can be played");
  const sizes = listVariations(few, start).map((planned) => planned.sizes.WORKGROUP_SIZE);
  expect(sizes).toEqual([64]);
});

test("an unknown implementation and loops beyond the trips cannot be played", () => {
  expect(isPlayable(place(4, 10, true), { implementation: "gone", sizes: {} })).toBe(false);
  expect(isPlayable(place(4, 60_001, true), { implementation: "narrow", sizes: { WORKGROUP_SIZE: 16 } })).toBe(false);
});

/**
 * Loops over chunks of indices, and plans that speak of one place of the model. The registry is extended by an
 * implementation whose kernels are never compiled: only the order, sizes and grids of its dispatches are of interest.
 */
import { expect, test, vi } from "vitest";
import type { Implementation, Kernel } from "../../core/operation.ts";
import type { OperationCall, Plan, Program } from "../../core/program.ts";
import { lowerProgram } from "./lowering.ts";
import { chunkSizes, planDefaults } from "./plan.ts";
import { writeScalars } from "./scalars.ts";

const chunks = vi.hoisted((): Implementation => {
  const kernel: Kernel = {
    file: "row-norm.chunks",
    bindings: [{ tensor: "x", access: "read" }],
    scalars: [
      { name: "t", type: "u32" },
      { name: "steps", type: "u32" },
      { name: "N", type: "u32" },
    ],
    sizes: {},
    grid: ({ steps = Number.NaN }) => [steps, 1, 1],
    trips: ({ steps = Number.NaN, H = Number.NaN }) => steps * H,
  };
  return {
    sizes: { STEPS: 4 },
    passes: [
      { kernels: [kernel], loop: { from: 1, to: "N", by: "STEPS" }, when: { xOffset: 0 } },
      { kernels: [kernel], loop: { from: "N", to: 0, by: "STEPS" }, when: { xOffset: 64 } },
    ],
    feasible: ({ H = Number.NaN }, _sizes, { maxWorkgroupBytes }) => 4 * H <= maxWorkgroupBytes,
  };
});

vi.mock("../../operations/registry.ts", async (original) => {
  const registry = await original<typeof import("../../operations/registry.ts")>();
  const plain = registry.findOperation("row-norm");
  const extended = { ...plain, implementations: { ...plain.implementations, chunks } };
  const OPERATIONS = registry.OPERATIONS.map((operation) => (operation === plain ? extended : operation));
  return {
    OPERATIONS,
    findOperation: (name: string) => (name === plain.name ? extended : registry.findOperation(name)),
  };
});

const call = (changes: { N?: number; H?: number; xOffset?: number }, label = "layer 0"): OperationCall => ({
  operation: "row-norm",
  label,
  numbers: { N: 9, H: 2, xOffset: 0, ...changes },
  tensors: { x: { tensor: "x" }, out: { tensor: "out" } },
});

const program = (...calls: OperationCall[]): Program => ({
  tensors: [
    { name: "x", type: "f32", shape: [100_000], role: "activation" },
    { name: "out", type: "f32", shape: [100], role: "activation" },
  ],
  phases: { forward: calls },
});

const inChunks = (STEPS?: number): Plan => ({
  "row-norm": { implementation: "chunks", sizes: STEPS === undefined ? {} : { STEPS } },
});

const dispatchesOf = (plan: Plan, ...calls: OperationCall[]) =>
  lowerProgram(program(...calls), plan).phases.get("forward")?.dispatches ?? [];

const roundsOf = (plan: Plan, ...calls: OperationCall[]) =>
  dispatchesOf(plan, ...calls).map(({ looped, grid }) => [looped.t, looped.steps, grid[0]]);

test("a chunk is its first index and its length; the last one has what is left", () => {
  expect(roundsOf(inChunks(), call({}))).toEqual([
    [1, 4, 4],
    [5, 4, 4],
    [9, 1, 1],
  ]);
});

test("downwards the first index of a chunk is its largest", () => {
  expect(roundsOf(inChunks(5), call({ xOffset: 64 }))).toEqual([
    [9, 5, 5],
    [4, 5, 5],
  ]);
});

test("one chunk holds all where the size is larger than the loop", () => {
  expect(roundsOf(inChunks(1000), call({ N: 3 }))).toEqual([[1, 3, 3]]);
  expect(roundsOf(inChunks(1000), call({ N: 1 }))).toEqual([[1, 1, 1]]);
});

test("chunks share a station, and the uniform block says which one a dispatch is", () => {
  const dispatches = dispatchesOf(inChunks(), call({}));
  expect(new Set(dispatches.map(({ station }) => station)).size).toBe(1);
  const view = new DataView(new ArrayBuffer(12));
  const written = dispatches.map((dispatch) => {
    writeScalars(view, 0, dispatch, {});
    return [0, 4, 8].map((at) => view.getUint32(at, true));
  });
  expect(written).toEqual([
    [1, 4, 9],
    [5, 4, 9],
    [9, 1, 9],
  ]);
});

test("the longest chunk is what may not loop for too long", () => {
  const long = call({ N: 40, H: 2000 });
  expect(roundsOf(inChunks(30), long)).toHaveLength(2);
  expect(() => dispatchesOf(inChunks(31), long)).toThrow("at most 60000 loop trips per invocation, got 62000");
});

test("a length of chunks that is no positive integer is refused", () => {
  for (const STEPS of [0, -1, 1.5]) {
    expect(() => dispatchesOf(inChunks(STEPS), call({}))).toThrow(`a positive integer in the plan, got ${STEPS}`);
  }
});

test("a key with a label goes before the operation's", () => {
  const defaults = planDefaults(program(call({})), true);
  const plan: Plan = { ...defaults, "row-norm · layer 1": { implementation: "chunks", sizes: { STEPS: 3 } } };
  const { phases } = lowerProgram(program(call({}, "layer 0"), call({}, "layer 1"), call({}, "layer 10")), plan);
  const planned = phases.get("forward")?.calls.map((lowered) => lowered.planned.implementation);
  expect(planned).toEqual(["row", "chunks", "row"]);
});

test("sizes that the plan leaves out are the implementation's own", () => {
  const { phases } = lowerProgram(program(call({})), inChunks());
  expect(phases.get("forward")?.calls[0]?.planned.sizes).toEqual({ STEPS: 4 });
});

test("an implementation that cannot play a call is refused", () => {
  expect(roundsOf(inChunks(1), call({ N: 1, H: 4096 }))).toEqual([[1, 1, 1]]);
  expect(() => dispatchesOf(inChunks(1), call({ N: 1, H: 4097 }))).toThrow("a feasible plan, got chunks");
});

test("chunks are as long as the rate allows, for the slowest call of those that share a plan", () => {
  const sizes = { STEPS: 4 };
  const rate = { flopsPerMs: 1000, dispatchMs: 0 };
  // Elements of x and out, four operations for each: 4 · (N · H + N).
  const short = call({ N: 1000, H: 3 });
  const long = call({ N: 1000, H: 31 });
  expect(chunkSizes(chunks, sizes, { group: [short], rate })).toEqual({ STEPS: 1000 });
  expect(chunkSizes(chunks, sizes, { group: [short, long], rate })).toEqual({ STEPS: 64 });
});

test("a saved plan goes first where it can be played, with the sizes that it lacks", () => {
  const score = program(call({}, "layer 0"), call({ H: 5000 }, "layer 1"));
  const saved: Plan = { "row-norm": { implementation: "chunks", sizes: {} } };
  expect(planDefaults(score, true, saved)).toEqual({
    "row-norm · layer 0": { implementation: "chunks", sizes: { STEPS: 4 } },
    "row-norm · layer 1": planDefaults(score, true)["row-norm"],
  });
});

test("a plan of another player, or with an implementation that is gone, gives way to the defaults", () => {
  const score = program(call({}));
  const saved: Plan = { "row-norm": { implementation: "twin", sizes: {} } };
  expect(planDefaults(score, true, saved)).toEqual(planDefaults(score, true));
});

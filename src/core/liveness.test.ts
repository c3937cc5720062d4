/** Memory in turn, on Programs drawn at random: nobody is overwritten while it lives, and nobody else is touched at all. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alignSegment, elementCount } from "./dims.ts";
import { layOutMemory, refuseTransient, uninterruptedCalls } from "./liveness.ts";
import type { OperationCall, PhaseName, Program, ProgramTensor, TensorRole } from "./program.ts";

const STEP: readonly PhaseName[] = ["forward", "backward", "update"];
const ROLES: readonly TensorRole[] = [
  "parameters",
  "gradients",
  "optimizer-state",
  "data",
  "batch",
  "activation",
  "metrics",
];

const tensor = (name: string, elements: number, changes: Partial<ProgramTensor> = {}): ProgramTensor => ({
  ...{ name, type: "f32", shape: [elements], role: "transient" },
  ...changes,
});

/** A call over tensors, of which the last is written. */
const call = (...names: readonly string[]): OperationCall => ({
  ...{ operation: "any", label: "", numbers: {} },
  tensors: Object.fromEntries(names.map((name, i) => [`x${i}`, { tensor: name }])),
});

const arbitraryProgram: fc.Arbitrary<Program> = fc
  .array(
    fc.record({
      elements: fc.integer({ min: 1, max: 200 }),
      role: fc.oneof({ weight: 4, arbitrary: fc.constant<TensorRole>("transient") }, fc.constantFrom(...ROLES)),
      type: fc.constantFrom("f32", "f32", "u32"),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((drawn) => {
    const tensors = drawn.map(({ elements, ...rest }, i) => tensor(`t${i}`, elements, rest));
    const names = fc.uniqueArray(fc.constantFrom(...tensors.map(({ name }) => name)), { minLength: 1, maxLength: 4 });
    const calls = fc.array(
      names.map((used) => call(...used)),
      { maxLength: 10 },
    );
    return fc.record({
      models: fc.integer({ min: 1, max: 3 }),
      tensors: fc.constant(tensors),
      phases: fc.record({ forward: calls, backward: calls, update: calls, evaluate: calls, probe: calls }),
      trainingStep: fc.constant(STEP),
    });
  });

describe("layOutMemory", () => {
  test("keeps what every tensor holds from its first call to its last", () => {
    fc.assert(
      fc.property(arbitraryProgram, (program) => {
        const { regionOf } = layOutMemory(program);
        for (const calls of uninterruptedCalls(program)) {
          const touched = new Set<string>();
          /** Whose numbers are in a region. */
          const owners = new Map<string, string>();
          for (const { tensors } of calls) {
            const names = Object.values(tensors).map(({ tensor: name }) => name);
            const regions = names.map((name) => regionOf.get(name)?.name ?? "");
            // WebGPU: no buffer twice in a dispatch that writes.
            expect(new Set(regions).size).toBe(regions.length);
            for (const [i, name] of names.entries()) {
              const region = regions[i] ?? "";
              if (touched.has(name)) expect(owners.get(region)).toBe(name);
              touched.add(name);
              owners.set(region, name);
            }
          }
        }
      }),
    );
  });

  test("gives every tensor room in one region of its type, and takes no more memory than without sharing", () => {
    fc.assert(
      fc.property(arbitraryProgram, (program) => {
        const { regions, regionOf, bytes } = layOutMemory(program);
        const { models = 1, tensors } = program;
        expect(regions.flatMap((region) => region.tensors).sort()).toEqual(tensors.map(({ name }) => name).sort());
        for (const { name, shape, type, role } of tensors) {
          const region = regionOf.get(name);
          const copies =
            role === "data" || models === 1 ? elementCount(shape) : models * alignSegment(elementCount(shape));
          expect(region?.elements).toBeGreaterThanOrEqual(copies);
          expect(region?.type).toBe(type);
          if (role !== "transient") expect(region).toEqual({ name, type, elements: copies, tensors: [name] });
        }
        expect(new Set(regions.map(({ name }) => name)).size).toBe(regions.length);
        const { trainingStep: _, ...apart } = program;
        expect(bytes).toBeLessThanOrEqual(layOutMemory(apart).bytes);
        expect(layOutMemory(apart).regions).toHaveLength(tensors.length);
      }),
    );
  });

  const chain: Program = {
    tensors: [tensor("a", 10), tensor("b", 30), tensor("c", 20)],
    phases: { forward: [call("a", "b")], backward: [call("b", "c")] },
    trainingStep: STEP,
  };

  test("puts a tensor where a larger one is no longer read, across the phases of a step", () => {
    const { regions, bytes } = layOutMemory(chain);
    expect(regions.map(({ name, elements, tensors }) => [name, elements, tensors])).toEqual([
      ["b", 30, ["b"]],
      ["c and others in turn", 20, ["c", "a"]],
    ]);
    expect(bytes).toBe(200);
  });

  test("looks at every other phase by itself", () => {
    const evaluate = [call("a"), call("c"), call("a", "b")];
    expect(layOutMemory({ ...chain, phases: { ...chain.phases, evaluate } }).regions).toHaveLength(3);
  });

  test("lets nobody share where the Program names no training step, because its phases are looked at in between", () => {
    const { trainingStep: _, ...apart } = chain;
    expect(layOutMemory(apart).regions.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  test.each(ROLES)("gives %s memory of its own, because it outlives the play", (role) => {
    const tensors = chain.tensors.map((one) => (one.name === "c" ? { ...one, role } : one));
    expect(layOutMemory({ ...chain, tensors }).regions).toHaveLength(3);
  });
});

test("a transient is not for those outside", () => {
  const [a] = [tensor("a", 1)];
  const program: Program = { tensors: [a], phases: {}, trainingStep: STEP };
  expect(() => refuseTransient("read", program, a)).toThrow(/read.*a.*outlives its play/);
  expect(() => refuseTransient("write", program, { ...a, role: "activation" })).not.toThrow();
  expect(() => refuseTransient("read", { tensors: [a], phases: {} }, a)).not.toThrow();
});

/**
 * Memory in turn on WebGPU: training has the bits of tensors with memory of their own, kernels read nothing that nobody
 * wrote, and whole steps in one dispatch, whose arena shares nothing, go on from and into ordinary plays.
 */
import { describe, expect, test } from "vitest";
import { layOutMemory } from "../../src/core/liveness.ts";
import type { Plan } from "../../src/core/program.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { findOperation } from "../../src/operations/registry.ts";
import { MICRO, TRAINING_STEPS } from "../../src/operations/training-steps.ts";
import { compareTransients, TRANSIENT_EXAMPLES } from "../engine/transient-examples.ts";
import { sharedBackend as backend } from "./shared-backend.ts";

describe.each(TRANSIENT_EXAMPLES)("%s", (_name, spec) => {
  test("trains with the same bits in shared memory and from NaN", { timeout: 240_000 }, async () => {
    const { shared, poisoned, bytes, sound } = await compareTransients(backend, spec);
    expect(shared).toEqual([]);
    expect(poisoned).toEqual([]);
    expect(sound).toBe(true);
    const { program } = buildProgram(spec);
    const { trainingStep: _, ...apart } = program;
    expect(bytes.apart - bytes.shared).toBe(layOutMemory(apart).bytes - layOutMemory(program).bytes);
  });
});

const [, threeGrus] = TRANSIENT_EXAMPLES[0] ?? [];
if (!threeGrus) throw new Error("no example");

test("recurrences played step by step read nothing that nobody wrote", { timeout: 240_000 }, async () => {
  const { program } = buildProgram(threeGrus);
  const operations = new Set(Object.values(program.phases).flatMap((calls) => calls.map(({ operation }) => operation)));
  const steps = [...operations].filter((name) => findOperation(name).implementations.step);
  const wished: Plan = Object.fromEntries(steps.map((name) => [name, { implementation: "step", sizes: {} }]));
  const { shared, poisoned, sound } = await compareTransients(backend, threeGrus, {
    plan: backend.plan(program, wished),
  });
  expect([shared, poisoned, sound]).toEqual([[], [], true]);
  expect(steps).toContain("gru-backward");
});

test("whole steps in one dispatch have the same bits beside ordinary plays", { timeout: 240_000 }, async () => {
  const { program } = buildProgram(threeGrus);
  const micro = { implementation: MICRO, sizes: { WORKGROUP_SIZE: 8 } };
  const plan = { ...backend.plan(program), [TRAINING_STEPS]: micro };
  const { shared, poisoned, sound } = await compareTransients(backend, threeGrus, { plan });
  expect([shared, poisoned, sound]).toEqual([[], [], true]);
});

/** The tuner on the Program of a small network, on a scripted device: where whole steps in one dispatch win, single calls are not measured. */
import { expect, test } from "vitest";
import { planDefaults } from "../../src/backends/gpu/plan.ts";
import { tunePlan } from "../../src/backends/gpu/tuner.ts";
import { createReferencePlayer } from "../../src/backends/reference/player.ts";
import { createPlanMemory } from "../../src/core/plan-memory.ts";
import type { PhaseName, Plan, Program } from "../../src/core/program.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { TRAINING_STEPS } from "../../src/operations/training-steps.ts";
import { spec } from "./whole-program.ts";

const { program } = buildProgram(spec({ B: 6 }));
const defaults = planDefaults(program, true);

/** Tunes on a device where a whole step takes so many milliseconds, and tells how many players were made. */
async function tune(times: { readonly micro: number; readonly calls: number }, memory = createPlanMemory()) {
  let ms = 0;
  let players = 0;
  const create = async (sample: Program, plan: Plan) => {
    players++;
    return {
      ...createReferencePlayer(sample),
      async profile() {
        ms += 1;
        return { method: "timestamps" as const, calls: [] };
      },
      playSteps(_: readonly PhaseName[], count: number) {
        ms += count * (plan[TRAINING_STEPS] ? times.micro : times.calls);
      },
    };
  };
  const options = { now: () => ms, memory, skipped: () => false, progress: () => {}, limitMs: 3000 };
  const plan = await tunePlan({ program, software: true, adapter: "scripted", create }, options);
  return { plan, players };
}

test("where whole steps win, they are the choice and nothing else is measured, now or later", async () => {
  const memory = createPlanMemory();
  const { plan, players } = await tune({ micro: 5, calls: 10 }, memory);
  expect(plan).toEqual({ ...defaults, [TRAINING_STEPS]: { implementation: "micro", sizes: { WORKGROUP_SIZE: 4 } } });
  expect(players).toBe(2);
  expect(Object.keys(memory.entries())).toHaveLength(1);
  expect(await tune({ micro: 5, calls: 10 }, memory)).toEqual({ plan, players: 0 });
});

test("where they do not, the calls are measured one by one", async () => {
  const { plan, players } = await tune({ micro: 10, calls: 5 });
  expect(plan[TRAINING_STEPS]).toBeUndefined();
  expect(players).toBeGreaterThan(2);
});

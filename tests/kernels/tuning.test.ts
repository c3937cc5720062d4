/**
 * Plans that were measured on the adapter: every choice can be played and trains like the fixed defaults, and a run that
 * goes on with the plan it began with has the same bits, whatever a new measurement would have said.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend, TuneOptions } from "../../src/core/backend.ts";
import { createPlanMemory } from "../../src/core/plan-memory.ts";
import { parseSharedPlan, sharePlan } from "../../src/core/shared-plan.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { OPERATIONS } from "../../src/operations/registry.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "../engine/examples.ts";
import { spec } from "../engine/whole-program.ts";
import { openOwnBackend } from "./shared-backend.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await openOwnBackend();
});
afterAll(() => backend.dispose());

const STEPS = 12;

const tuning = (changes: Partial<TuneOptions> = {}): TuneOptions => ({
  ...{ now: () => performance.now(), memory: createPlanMemory(), limitMs: 3000 },
  ...{ skipped: () => false, progress: () => {} },
  ...changes,
});

const experiment = exampleExperiment({ evaluateEvery: 100_000 });

async function train(options: Parameters<typeof openRun>[2]) {
  const run = await openRun(experiment, sineDataset(), { backend, ...options });
  const { losses } = await advanceTo(run, STEPS);
  const { params } = await run.snapshot();
  const { plan } = run;
  run.dispose();
  return { plan, losses, params };
}

test("a measured plan trains like the defaults, and two runs with it have the same bits", {
  timeout: 120_000,
}, async () => {
  const plain = await train({});
  const measured = await train({ tune: tuning() });
  for (const [step, loss] of measured.losses.entries()) {
    expect(Math.abs(loss - (plain.losses[step] ?? Number.NaN))).toBeLessThan(1e-4);
  }
  const again = await train({ plan: measured.plan });
  expect(again).toEqual(measured);
});

test("a run goes on with its own plan and with the same bits, also where it would now be measured anew", {
  timeout: 120_000,
}, async () => {
  const whole = await train({ tune: tuning() });
  const run = await openRun(experiment, sineDataset(), { backend, plan: whole.plan });
  await advanceTo(run, STEPS / 2);
  const state = await run.snapshot();
  run.dispose();
  expect(state.plan).toEqual(whole.plan);
  const rest = await train({ state, plan: state.plan, tune: tuning() });
  expect(rest.params).toEqual(whole.params);
  expect(rest.plan).toEqual(whole.plan);
});

test("a plan that was shared comes out whole, and trains with the same bits", { timeout: 120_000 }, async () => {
  const measured = await train({ tune: tuning() });
  const run = await openRun(experiment, sineDataset(), { backend });
  const shared = sharePlan(backend, run.program, measured.plan);
  run.dispose();
  const refused: string[] = [];
  const text: unknown = JSON.parse(JSON.stringify(shared));
  const plan = parseSharedPlan(text);
  if (!plan) throw new Error(`${JSON.stringify(shared)} is no plan of a link`);
  const elsewhere = await train({
    shared: { plan, refused: (reason) => refused.push(reason) },
    tune: tuning({ skipped: () => true }),
  });
  expect(refused).toEqual([]);
  expect(elsewhere.losses).toEqual(measured.losses);
  expect(elsewhere.params).toEqual(measured.params);
});

test("what was found is kept", { timeout: 120_000 }, async () => {
  const memory = createPlanMemory();
  const measured: string[] = [];
  const options = tuning({ memory, progress: (_done, _total, operation) => measured.push(operation) });
  await backend.tune(buildProgram(spec({ B: 6 })).program, options);
  const remembered = memory.entries();
  expect(Object.keys(remembered).length).toBeGreaterThan(0);
  // Another Program of the same places: what there was no time for may be measured now; what was found stays.
  await backend.tune(buildProgram(spec({ B: 6, K: 3 })).program, options);
  expect(memory.entries()).toMatchObject(remembered);
  expect(measured.at(-1)).toBe("");
});

test("operations with one implementation keep their fixed defaults", async () => {
  const run = await openRun(experiment, sineDataset(), { backend });
  const plan = await backend.tune(run.program, tuning({ skipped: () => true }));
  const defaults = backend.plan(run.program);
  const single = OPERATIONS.filter(({ implementations }) => {
    const [only, ...others] = Object.values(implementations);
    return others.length === 0 && only?.choices === undefined;
  });
  for (const { name } of single) expect(plan[name]).toEqual(defaults[name]);
  run.dispose();
});

test("a Program keeps the plan that it was given first on a device, so that a new start has the same bits", async () => {
  const skipped = await backend.tune(buildProgram(spec({ B: 5 })).program, tuning({ skipped: () => true }));
  expect(await backend.tune(buildProgram(spec({ B: 5 })).program, tuning())).toEqual(skipped);
});

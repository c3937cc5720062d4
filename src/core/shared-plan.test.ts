/** What a link says of a plan, and where it is taken: the player must be the same, and the choices possible. */
import { expect, test } from "vitest";
import { createReferenceBackend } from "../backends/reference/player.ts";
import type { Backend } from "./backend.ts";
import type { Plan, Program } from "./program.ts";
import { acceptPlan, sharePlan } from "./shared-plan.ts";

const call = (label: string) => ({ operation: "add-rows", label, numbers: { N: 1, H: 4 }, tensors: {} });
const program: Program = { tensors: [], phases: { forward: [call("one"), call("two")] } };

/** A WebGPU backend whose default is `plain` and which would also choose `quick`. */
function createBackend(software: boolean): Backend {
  const reference = createReferenceBackend();
  const info = { ...reference.info, kind: "webgpu", software } as const;
  const known = (plan: Plan) => Object.values(plan).every(({ implementation }) => implementation !== "imagined");
  return {
    ...reference,
    info,
    describe: () => info,
    plan: (_program, saved = {}) => {
      const { player: _player, ...entries } = saved;
      return { "add-rows": { implementation: "plain", sizes: { ROWS: 4 } }, ...entries };
    },
    couldChoose: (_program, plan) => known(plan),
  };
}

const quick = { implementation: "quick", sizes: { ROWS: 8 } };

test("only what differs from the fixed defaults is told, and the same plan comes of it", () => {
  const backend = createBackend(true);
  const defaults = backend.plan(program);
  expect(sharePlan(backend, program, defaults)).toEqual({ player: "webgpu-software", plan: {} });
  const plan = { ...defaults, "add-rows · two": quick };
  const shared = sharePlan(backend, program, plan);
  expect(shared.plan).toEqual({ "add-rows · two": quick });
  expect(acceptPlan(backend, program, shared)).toEqual({ plan });
});

test("sizes in another order are no difference", () => {
  const backend = createBackend(true);
  const plan = { "add-rows": { sizes: { ROWS: 4 }, implementation: "plain" } };
  expect(sharePlan(backend, program, plan).plan).toEqual({});
});

test("the plan of a GPU is not taken by a software renderer, nor by the CPU", () => {
  const shared = sharePlan(createBackend(false), program, { "add-rows": quick });
  expect(shared.player).toBe("webgpu");
  expect(acceptPlan(createBackend(true), program, shared)).toEqual({ refused: "player" });
  expect(acceptPlan(createReferenceBackend(), program, shared)).toEqual({ refused: "player" });
});

test("a choice that the player would not make is refused whole", () => {
  const plan = { "add-rows · one": quick, "add-rows · two": { implementation: "imagined", sizes: {} } };
  expect(acceptPlan(createBackend(true), program, { player: "webgpu-software", plan })).toEqual({ refused: "choice" });
});

test("the CPU's plan is its name", () => {
  const backend = createReferenceBackend();
  const plan = backend.plan(program);
  const shared = sharePlan(backend, program, plan);
  expect(shared).toEqual({ player: "cpu", plan: {} });
  expect(acceptPlan(backend, program, shared)).toEqual({ plan });
});

/** The plan in a link: it comes back as it went, and whatever else stands there costs the plan, never the experiment. */
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { decodeLinkText, encodeLinkText, PLAN_TEXT_LIMIT } from "./link-text.ts";
import { packJson } from "./packed-json.ts";

function makeExperiment() {
  const parsed = parseExperiment({
    version: 1,
    task: { name: "seattle-weather" },
    model: {
      layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 8 }],
      head: "every",
      initialMemory: 0,
    },
    training: { ...USUAL_TRAINING, learningRate: 0.01, clipNorm: 1, batch: 8, length: 10, evaluateEvery: 20 },
    seed: 7,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.experiment;
}

const experiment = makeExperiment();
const plan: SharedPlan = {
  player: "webgpu-software",
  plan: {
    "gru-forward · layer 0": { implementation: "persistent", sizes: { ROWS: 4, WORKGROUP_SIZE: 8 } },
    "training-steps": { implementation: "micro", sizes: { WORKGROUP_SIZE: 8 } },
  },
};

test("experiment and plan come back as they went", async () => {
  const text = await encodeLinkText(experiment, plan);
  expect(text).toMatch(/^[\w-]+&p=[\w-]+$/);
  expect(await decodeLinkText(text)).toEqual({ ok: true, experiment, plan, fault: null });
});

test("a link without a plan has none, and says nothing", async () => {
  const text = await encodeLinkText(experiment, null);
  expect(text).not.toContain("&");
  expect(await decodeLinkText(text)).toEqual({ ok: true, experiment, plan: null, fault: null });
});

test("a plan with an entry for every place of four layers is short enough", async () => {
  const operations = ["project-forward", "gru-forward", "gru-backward", "weight-gradient", "input-gradient"];
  const places = [0, 1, 2, 3].flatMap((layer) => operations.map((operation) => `${operation} · layer ${layer}`));
  const sizes = { WORKGROUP_SIZE: 64, ROWS: 4, CHUNK_STEPS: 128, SPLIT_ROWS: 512 };
  const all = Object.fromEntries(
    places.map((place, i) => [place, { implementation: "persistent", sizes: { ...sizes, ROWS: i } }]),
  );
  const text = await encodeLinkText(experiment, { player: "webgpu", plan: all });
  expect(text.split("&p=")[1]?.length).toBeLessThan(PLAN_TEXT_LIMIT / 4);
});

describe("a plan that is none is left out, and the fault says so", () => {
  const broken: readonly (readonly [what: string, value: unknown])[] = [
    ["no object", 7],
    ["null", null],
    ["another player", { player: "quantum", plan: {} }],
    ["no plan", { player: "wasm" }],
    ["more than a plan", { ...plan, name: "x" }],
    ["text for a size", { player: "webgpu", plan: { a: { implementation: "step", sizes: { ROWS: "4" } } } }],
    ["half a size", { player: "webgpu", plan: { a: { implementation: "step", sizes: { ROWS: 0.5 } } } }],
    ["a negative size", { player: "webgpu", plan: { a: { implementation: "step", sizes: { ROWS: -1 } } } }],
    ["a name without end", { player: "webgpu", plan: { ["a".repeat(101)]: { implementation: "step", sizes: {} } } }],
    [
      "entries without end",
      {
        player: "webgpu",
        plan: Object.fromEntries(
          Array.from({ length: 513 }, (_, i) => [`${i}`, { implementation: "step", sizes: {} }]),
        ),
      },
    ],
  ];
  test.each(broken)("%s", async (_what, value) => {
    const text = `${await encodeLinkText(experiment, null)}&p=${await packJson(value)}`;
    const fault = { code: "plan-refused", details: { reason: "schema" } };
    expect(await decodeLinkText(text)).toEqual({ ok: true, experiment, plan: null, fault });
  });

  test.each(["", "%", "<img onerror>", "AAAA", "e30"])("text %j", async (carried) => {
    const decoded = await decodeLinkText(`${await encodeLinkText(experiment, null)}&p=${carried}`);
    expect(decoded).toMatchObject({ ok: true, experiment, plan: null, fault: { code: "plan-refused" } });
  });

  test("over-long text is not even decoded", async () => {
    const characters = PLAN_TEXT_LIMIT + 1;
    const decoded = await decodeLinkText(`${await encodeLinkText(experiment, null)}&p=${"A".repeat(characters)}`);
    const fault = { code: "plan-refused", details: { characters, limit: PLAN_TEXT_LIMIT } };
    expect(decoded).toEqual({ ok: true, experiment, plan: null, fault });
  });
});

test("a plan does not rescue a broken experiment", async () => {
  expect(await decodeLinkText(`%&p=${await packJson(plan)}`)).toMatchObject({ ok: false });
});

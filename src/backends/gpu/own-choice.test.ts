/** What a plan from outside may name: everything the defaults and the tuner choose, and nothing besides. */
import { describe, expect, test } from "vitest";
import { spec } from "../../../tests/engine/whole-program.ts";
import { type Plan, planKey } from "../../core/program.ts";
import { buildProgram } from "../../engine/build-program.ts";
import { listImplementations, listVariations } from "./candidates.ts";
import { couldChoose } from "./own-choice.ts";
import { groupByPlace, planDefaults } from "./plan.ts";

const { program } = buildProgram(spec({ B: 6 }));
const calls = Object.values(program.phases).flat();
const gru = calls.filter(({ operation }) => operation === "gru-forward");
const [place] = groupByPlace(gru);
if (!place) throw new Error("the Program has no gru-forward");
const key = planKey(place[0]);
const defaults = planDefaults(program, true)["gru-forward"];

/** A plan with one entry, changed. */
const changed = (implementation: string, sizes: Readonly<Record<string, number>>): Plan => ({
  [key]: { implementation, sizes: { ...defaults?.sizes, ...sizes } },
});

describe.each([true, false])("on a software adapter: %s", (software) => {
  test("the fixed defaults are choices", () => {
    expect(couldChoose(program, software, planDefaults(program, software))).toBe(true);
  });

  test("so is every candidate of the tuner", () => {
    for (const name of new Set(calls.map(({ operation }) => operation))) {
      for (const group of groupByPlace(calls.filter(({ operation }) => operation === name))) {
        const candidates = listImplementations({ group, software });
        const variations = candidates.flatMap((planned) => listVariations({ group, software }, planned));
        for (const planned of [...candidates, ...variations]) {
          expect(couldChoose(program, software, { [planKey(group[0])]: planned }), JSON.stringify(planned)).toBe(true);
        }
      }
    }
  });
});

const implementation = defaults?.implementation ?? "";

test.each<[string, Plan]>([
  ["an implementation that there is not", changed("imagined", {})],
  ["a name that every object has", changed("constructor", {})],
  ["a size that there is not", changed(implementation, { IMAGINED: 4 })],
  ["a size that nobody would try", changed(implementation, { WORKGROUP_SIZE: 7 })],
  ["a size without end", changed(implementation, { WORKGROUP_SIZE: 1e9 })],
  ["an operation that the Program has not", { "lstm-forward": { implementation: "step", sizes: {} } }],
  ["half of the sizes", { [key]: { implementation, sizes: {} } }],
  ["another way of playing steps", { "training-steps": { implementation: "macro", sizes: { WORKGROUP_SIZE: 8 } } }],
  ["other lanes for whole steps", { "training-steps": { implementation: "micro", sizes: { WORKGROUP_SIZE: 256 } } }],
])("%s is refused", (_what, plan) => {
  expect(couldChoose(program, true, plan)).toBe(false);
});

test("a size with a name that every object has is refused where there are choices of others", () => {
  for (const planned of listImplementations({ group: place, software: true })) {
    const { sizes } = planned;
    expect(couldChoose(program, true, { [key]: { ...planned, sizes: { ...sizes, toString: 4 } } })).toBe(false);
  }
});

/** Plans by the name of an implementation: the sizes are those of the adapter's candidates, place by place. */
import { expect, test } from "vitest";
import { spec } from "../../../tests/engine/whole-program.ts";
import { type OperationCall, type PlannedOperation, type Program, planKey, plannedFor } from "../../core/program.ts";
import { buildProgram } from "../../engine/build-program.ts";
import { findOperation } from "../../operations/registry.ts";
import { listImplementations } from "./candidates.ts";
import { planNamed } from "./named-plan.ts";
import { groupByPlace, planDefaults } from "./plan.ts";
import { defaultSizes } from "./playable.ts";

const { program } = buildProgram(spec({ B: 1 }));
const callsOf = ({ phases }: Program) => Object.values(phases).flat();
const isRecurrence = ({ operation }: OperationCall) => operation === "gru-forward" || operation === "gru-backward";

/** The implementation's kernels with nothing but their own sizes. */
function bare(operation: string): PlannedOperation["sizes"] {
  const data = findOperation(operation).implementations.persistent;
  if (!data) throw new Error(`${operation} has no implementation persistent`);
  return defaultSizes(data);
}

test.each([true, false])("a recurrence is played with the sizes of its candidate, on software: %s", (software) => {
  const plan = planNamed(program, software, "persistent");
  const calls = callsOf(program).filter(isRecurrence);
  expect(calls.length).toBeGreaterThan(1);
  for (const call of calls) {
    const group = groupByPlace(calls.filter(({ operation }) => operation === call.operation)).find(
      ([{ label }]) => label === call.label,
    );
    if (!group) throw new Error(`no place of ${planKey(call)}`);
    const [candidate] = listImplementations({ group, software }).filter((one) => one.implementation === "persistent");
    const planned = plannedFor(plan, call);
    expect(planned).toEqual(candidate);
    // A single row is not worth a tile of many, nor are a GPU's lanes as few as a software renderer's.
    expect(planned?.sizes).not.toEqual(bare(call.operation));
  }
});

test("what has no such implementation keeps its default", () => {
  const plan = planNamed(program, true, "persistent");
  const defaults = planDefaults(program, true);
  for (const call of callsOf(program)) {
    if (findOperation(call.operation).implementations.persistent) continue;
    expect(plannedFor(plan, call)).toEqual(plannedFor(defaults, call));
  }
});

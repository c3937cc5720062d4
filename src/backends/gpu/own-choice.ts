/**
 * Whether this device could have chosen a plan by itself. A plan from outside names sizes that go into kernels: what the
 * defaults and the tuner would never try might take a compiler minutes, so nothing else is played.
 */
import type { Implementation } from "../../core/operation.ts";
import { type OperationCall, type Plan, type PlannedOperation, type Program, planKey } from "../../core/program.ts";
import { PLAYER } from "../../core/shared-plan.ts";
import { MICRO, TRAINING_STEPS } from "../../operations/training-steps.ts";
import { isMicroFeasible } from "./micro-lowering.ts";
import { chooseSizes, type Group } from "./plan.ts";
import { findImplementation, isPlayable } from "./playable.ts";
import { isTriedWorkgroupSize } from "./step-tuner.ts";

/** True where every entry of the plan is of a place of the Program and is one of the choices that there are for it. */
export function couldChoose(program: Program, software: boolean, plan: Plan): boolean {
  const calls = Object.values(program.phases).flat();
  return Object.entries(plan).every(([key, planned]) => {
    if (key === PLAYER) return true;
    if (key === TRAINING_STEPS) return isOwnStep(program, software, planned);
    const [first, ...others] = calls.filter((call) => call.operation === key || planKey(call) === key);
    return first !== undefined && isOwnPlace({ calls, group: [first, ...others], software }, planned);
  });
}

function isOwnStep(program: Program, software: boolean, { implementation, sizes }: PlannedOperation): boolean {
  const known = Object.keys(sizes).every((size) => size === "WORKGROUP_SIZE");
  const tried = isTriedWorkgroupSize(sizes.WORKGROUP_SIZE, software);
  return implementation === MICRO && known && tried && isMicroFeasible(program, sizes);
}

interface AskedPlace {
  readonly calls: readonly OperationCall[];
  readonly group: Group;
  readonly software: boolean;
}

function isOwnPlace({ calls, group, software }: AskedPlace, planned: PlannedOperation): boolean {
  const [{ operation }] = group;
  const data = findImplementation(operation, planned.implementation);
  if (!data) return false;
  const all = calls.filter((call) => call.operation === operation);
  const places = all.map((call) => all.filter(({ label }) => label === call.label));
  const standards = [all, ...places].map((own) => chooseSizes(data, own, software));
  const chunks = chunkNames(data);
  const { choices = {} } = data;
  const isOwn = ([name, value]: readonly [string, number]) =>
    (chunks.has(name) && value > 0) ||
    (Object.hasOwn(choices, name) && choices[name]?.includes(value)) ||
    standards.some((sizes) => sizes[name] === value);
  const complete = Object.keys(standards[0] ?? {}).every((name) => name in planned.sizes);
  return complete && Object.entries(planned.sizes).every(isOwn) && isPlayable({ group }, planned);
}

/** Sizes that are lengths of chunks: the budget chooses them by the rate of the device. */
function chunkNames({ passes }: Implementation): ReadonlySet<string> {
  return new Set(passes.flatMap(({ loop }) => loop?.by ?? []));
}

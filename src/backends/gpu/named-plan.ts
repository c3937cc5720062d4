/**
 * The plan of those who want one implementation by its name: the benchmark, and the checks that play every implementation. Its
 * sizes are those with which the measured choice of a plan would begin for the place and the adapter, not the bare defaults
 * of the kernels, which the product never plays where it knows better ones.
 */
import { type Plan, type Program, planKey } from "../../core/program.ts";
import { listImplementations } from "./candidates.ts";
import { groupByPlace, planDefaults } from "./plan.ts";

/** `implementation` at every place of the Program that it can play, the fixed defaults everywhere else. */
export function planNamed(program: Program, software: boolean, implementation: string): Plan {
  const calls = Object.values(program.phases).flat();
  const names = [...new Set(calls.map(({ operation }) => operation))];
  const groups = names.flatMap((name) => groupByPlace(calls.filter(({ operation }) => operation === name)));
  const wished = groups.flatMap((group) => {
    const planned = listImplementations({ group, software }).find((one) => one.implementation === implementation);
    return planned ? [[planKey(group[0]), planned] as const] : [];
  });
  return planDefaults(program, software, Object.fromEntries(wished));
}

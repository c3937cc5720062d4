/** A memory of measured choices that lives as long as its owner, who may hand it on: the page keeps it in its storage. */
import type { PlanMemory } from "./backend.ts";
import type { Plan, PlannedOperation } from "./program.ts";

/** A memory whose entries can be taken out. */
export interface OwnedPlanMemory extends PlanMemory {
  /** All that is remembered, by the tuner's keys. */
  entries(): Plan;
}

/** Starts with what is given. */
export function createPlanMemory(remembered: Plan = {}): OwnedPlanMemory {
  const entries = new Map<string, PlannedOperation>(Object.entries(remembered));
  return {
    recall: (key) => entries.get(key),
    remember(key, planned) {
      entries.set(key, planned);
    },
    entries: () => Object.fromEntries(entries),
  };
}

/**
 * What measurements on this machine found, by adapter, operation and shape, for one version of the browser: another one
 * compiles other code, so its measurements are made anew. Storage that is refused or holds something else is an empty one.
 */

import type { Plan } from "../core/program.ts";
import { parsePlan } from "../core/run-record.ts";

const KEY = "gatescope-plans";
/** More shapes than a user meets in a while; the oldest are forgotten first. */
const MOST_ENTRIES = 400;

/** The store of one browser version; `version` names it, normally the user agent. */
export interface PlanStore {
  load(): Plan;
  keep(plans: Plan): void;
}

/** `storage` throws where the browser refuses it; it is asked at each call. */
export function createPlanStore(version: string, storage: () => Storage): PlanStore {
  return {
    load() {
      try {
        const stored: unknown = JSON.parse(storage().getItem(KEY) ?? "null");
        if (typeof stored !== "object" || stored === null || !("version" in stored) || !("plans" in stored)) return {};
        const parsed = parsePlan(stored.plans);
        return parsed.ok && stored.version === version ? parsed.value : {};
      } catch {
        return {}; // refused, or not ours: measuring again costs seconds, not work
      }
    },
    keep(plans) {
      const newest = Object.fromEntries(Object.entries(plans).slice(-MOST_ENTRIES));
      try {
        storage().setItem(KEY, JSON.stringify({ version, plans: newest }));
      } catch {
        // refused or full: measured again next time
      }
    },
  };
}

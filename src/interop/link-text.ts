/**
 * What stands behind `#e=` in a link: an experiment, and behind `&p=` the plan that it was trained with. Both are untrusted.
 * An experiment that cannot be read refuses the link; a plan that cannot be read is left out, because the experiment stands
 * without it and only last digits depend on it.
 */
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { parseSharedPlan, type SharedPlan } from "../core/shared-plan.ts";
import { decodeExperiment, encodeExperiment } from "./experiment-text.ts";
import { packJson, unpackJson } from "./packed-json.ts";

const PLAN = "p=";

/** Longest plan accepted, in characters; one of four layers with a plan for every place stays far below it. */
export const PLAN_TEXT_LIMIT = 8192;

/** A link that was read. `fault` says why a plan that it carries was left out. */
export interface ReadLink {
  readonly experiment: Experiment;
  readonly plan: SharedPlan | null;
  readonly fault: Fault | null;
}

export type DecodedLink = ({ readonly ok: true } & ReadLink) | { readonly ok: false; readonly fault: Fault };

/** The text for an experiment, with a plan where there is one. */
export async function encodeLinkText(experiment: Experiment, plan: SharedPlan | null): Promise<string> {
  const text = await encodeExperiment(experiment);
  return plan ? `${text}&${PLAN}${await packJson(plan)}` : text;
}

/** Reads such a text; never throws. */
export async function decodeLinkText(text: string): Promise<DecodedLink> {
  const [packed = "", ...rest] = text.split("&");
  const decoded = await decodeExperiment(packed);
  if (!decoded.ok) return decoded;
  const { experiment } = decoded;
  const carried = rest.find((part) => part.startsWith(PLAN));
  if (carried === undefined) return { ok: true, experiment, plan: null, fault: null };
  const unpacked = await unpackJson(carried.slice(PLAN.length), PLAN_TEXT_LIMIT);
  const plan = unpacked.ok ? parseSharedPlan(unpacked.value) : null;
  if (plan) return { ok: true, experiment, plan, fault: null };
  const details = unpacked.ok ? { reason: "schema" } : unpacked.fault.details;
  return { ok: true, experiment, plan, fault: { code: "plan-refused", details } };
}

/**
 * The share link: the whole experiment behind `#e=` in the address, where no server ever sees it, and the plan of the run it
 * was shared from. Opening a link changes nothing stored and starts nothing by itself.
 */
import type { Experiment } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import { type DecodedLink, decodeLinkText, encodeLinkText } from "../interop/link-text.ts";

const PREFIX = "#e=";

/** The address's fragment for an experiment, with its `#`; `plan` where a run of it stands whose curve should come out again. */
export async function encodeLink(experiment: Experiment, plan: SharedPlan | null = null): Promise<string> {
  return PREFIX + (await encodeLinkText(experiment, plan));
}

/** True when an address carries a fragment at all: even a broken one deserves an answer. */
export function hasLink(hash: string): boolean {
  return hash.length > 1;
}

/** Reads a fragment; anything but `#e=…` is `link-invalid`. */
export async function decodeLink(hash: string): Promise<DecodedLink> {
  if (!hash.startsWith(PREFIX)) return { ok: false, fault: { code: "link-invalid", details: { reason: "prefix" } } };
  return decodeLinkText(hash.slice(PREFIX.length));
}

/**
 * The share link: the whole experiment behind `#e=` in the address, where no server ever sees it. Opening a link
 * changes nothing stored and starts nothing by itself.
 */
import type { Experiment } from "../core/experiment.ts";
import { type DecodedExperiment, decodeExperiment, encodeExperiment } from "../interop/experiment-text.ts";

const PREFIX = "#e=";

/** The address's fragment for an experiment, with its `#`. */
export async function encodeLink(experiment: Experiment): Promise<string> {
  return PREFIX + (await encodeExperiment(experiment));
}

/** True when an address carries a fragment at all: even a broken one deserves an answer. */
export function hasLink(hash: string): boolean {
  return hash.length > 1;
}

/** Reads a fragment; anything but `#e=…` is `link-invalid`. */
export async function decodeLink(hash: string): Promise<DecodedExperiment> {
  if (!hash.startsWith(PREFIX)) return { ok: false, fault: { code: "link-invalid", details: { reason: "prefix" } } };
  return decodeExperiment(hash.slice(PREFIX.length));
}

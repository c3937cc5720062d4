/**
 * The address as the experiment's copy: the fragment follows the panel, the query may wish for a backend. The default
 * experiment leaves the address bare, so that opening or reloading the bare page starts the default run. Fragments that
 * this page wrote are marked in the history's state: they are a reload of one's own work, not a link from somebody.
 */
import type { Experiment } from "../core/experiment.ts";
import { encodeLink, hasLink } from "../storage/link.ts";
import type { BackendWish } from "../worker/protocol.ts";

/** `?backend=webgpu`, `wasm` or `cpu`; anything else leaves the choice to the engine. */
export function wishOf(search: string): BackendWish {
  const wish = new URLSearchParams(search).get("backend");
  return wish === "webgpu" || wish === "wasm" || wish === "cpu" ? wish : "auto";
}

/** `?tune=off`: fixed defaults in place of a plan that is measured. */
export function wantsTuning(search: string): boolean {
  return new URLSearchParams(search).get("tune") !== "off";
}

/** True for two experiments that ask for the same run. */
export function isSameExperiment(a: Experiment, b: Experiment): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const OWN_MARK = "gatescope-own";

/** True when a fragment came from outside and not from an earlier moment of this page. */
export function isForeignLink(hash: string, historyState: unknown): boolean {
  return hasLink(hash) && historyState !== OWN_MARK;
}

/** Takes the present address for this page's own: its run has been played, and a reload should bring that run back. */
export function ownAddress(): void {
  if (hasLink(location.hash)) history.replaceState(OWN_MARK, "", location.href);
}

/** Writes the experiment behind the address, or bares the address for null. Makes no step in the history. */
export async function writeAddress(experiment: Experiment | null): Promise<void> {
  const fragment = experiment ? await encodeLink(experiment) : "";
  const bare = location.pathname + location.search;
  if (location.hash !== fragment) history.replaceState(OWN_MARK, "", bare + fragment);
}

/** A link for somebody else: no query, because the wish for a backend is of this machine. */
export async function shareAddress(experiment: Experiment): Promise<string> {
  return location.origin + location.pathname + (await encodeLink(experiment));
}

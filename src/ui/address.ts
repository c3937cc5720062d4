/**
 * The address as the experiment's copy: the fragment follows the panel, the query may wish for a backend. The default
 * experiment leaves the address bare, so that opening or reloading the bare page starts the default run. Fragments that
 * this page wrote are marked in the history's state: they are a reload of one's own work, not a link from somebody.
 */
import type { BackendWish } from "../core/backend.ts";
import type { Experiment } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import { encodeLink, hasLink } from "../storage/link.ts";
import { readWish } from "./players.ts";

const WISH = "backend";

/** `?backend=auto`, `webgpu`, `wasm` or `cpu`; null where the address leaves the choice to the preferences. */
export function wishOf(search: string): BackendWish | null {
  return readWish(new URLSearchParams(search).get(WISH));
}

/** The query with a wish for a backend in place of the one in it; `auto` needs none. With its `?`, or empty. */
export function withWish(search: string, wish: BackendWish): string {
  const query = new URLSearchParams(search);
  if (wish === "auto") query.delete(WISH);
  else query.set(WISH, wish);
  return query.size > 0 ? `?${query}` : "";
}

/** Writes a wish that was chosen into the address. Makes no step in the history. */
export function writeWish(wish: BackendWish): void {
  const { pathname, search, hash } = location;
  history.replaceState(history.state, "", pathname + withWish(search, wish) + hash);
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
export async function writeAddress(experiment: Experiment | null, plan: SharedPlan | null = null): Promise<void> {
  const fragment = experiment ? await encodeLink(experiment, plan) : "";
  const bare = location.pathname + location.search;
  if (location.hash !== fragment) history.replaceState(OWN_MARK, "", bare + fragment);
}

/** A link for somebody else: no query, because the wish for a backend is of this machine. */
export async function shareAddress(experiment: Experiment, plan: SharedPlan | null): Promise<string> {
  return location.origin + location.pathname + (await encodeLink(experiment, plan));
}

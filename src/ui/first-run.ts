/**
 * What the page shows first: the experiment of a link, else the run that survived the last visit, else the default run.
 * Only the default run starts by itself, and only where motion is welcome and the address asked for nothing else.
 */
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { KeptRun } from "../storage/runs.ts";
import type { NoticeKey } from "./notices.ts";

/** What a link asks for; `fault` says why a plan in it was left out. */
export interface LinkedRun {
  readonly experiment: Experiment;
  readonly plan: SharedPlan | null;
  readonly fault: Fault | null;
}

/** What was found when the page opened. */
export interface Findings {
  /** The address's fragment, decoded; null where there is none. */
  readonly link: ({ readonly ok: true } & LinkedRun) | { readonly ok: false; readonly fault: Fault } | null;
  /** True when the fragment came from outside. */
  readonly foreign: boolean;
  readonly kept: KeptRun | null;
  readonly reducedMotion: boolean;
}

/** The first run, with what to tell about it. */
export type FirstRun =
  | ({ readonly kind: "link"; readonly notice: NoticeKey } & LinkedRun)
  | { readonly kind: "kept"; readonly kept: KeptRun }
  | { readonly kind: "default"; readonly autoplay: boolean; readonly notice: NoticeKey; readonly fault: Fault | null };

/** Chooses; nothing is started here. */
export function chooseFirstRun({ link, foreign, kept, reducedMotion }: Findings): FirstRun {
  if (link && !link.ok) return { kind: "default", autoplay: false, notice: "waits-for-play", fault: link.fault };
  if (kept && !(link && foreign)) return { kind: "kept", kept };
  if (link) {
    const { experiment, plan, fault } = link;
    return { kind: "link", experiment, plan, fault, notice: foreign ? "link-waits" : "waits-for-play" };
  }
  const notice = reducedMotion ? "waits-for-play" : "self-started";
  return { kind: "default", autoplay: !reducedMotion, notice, fault: null };
}

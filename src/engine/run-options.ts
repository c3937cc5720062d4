/**
 * What the owner of a run, or of models side by side, lends to it: clock, score, state to go on from. Nothing here changes
 * what a step computes.
 */
import type { TuneOptions } from "../core/backend.ts";
import type { Plan } from "../core/program.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { ScoredRows } from "../core/task.ts";
import type { ScoredSteps } from "./evaluation.ts";
import type { RunState } from "./run-state.ts";

/** What the owner lends to models that are trained together. */
export interface GroupOptions {
  /** Monotonic clock in milliseconds, for speeds and for the time of snapshots; it decides no result. */
  readonly now: () => number;
  /** The task's score of test predictions, and which steps it wants. */
  readonly score: (scored: ScoredRows) => Readonly<Record<string, number>>;
  readonly scoredSteps: ScoredSteps;
  /** Choices to play by instead of the backend's own, as a saved run brings them. */
  readonly plan?: Plan;
  /** A plan that came with a link: played by where the backend could have chosen it; `refused` is told why it is not. */
  readonly shared?: { readonly plan: SharedPlan; readonly refused: (reason: "player" | "choice") => void };
  /** With it the plan is measured before step 0, unless one was brought; without it the backend's fixed defaults apply. */
  readonly tune?: TuneOptions;
  /** Counts compiled kernels. */
  readonly progress?: (done: number, total: number) => void;
  /** Awaited between batches of an evaluation, which may take long on a CPU. */
  readonly breathe?: () => Promise<void>;
  /** Wished time of a chunk of training steps. */
  readonly chunkMs?: number;
}

/** What the owner lends to a run. */
export interface RunOptions extends GroupOptions {
  /** State to go on from; without it the run starts at step 0 from the seed. */
  readonly state?: RunState;
}

/** What the owner lends to runs side by side. */
export interface RunGroupOptions extends GroupOptions {
  /** States to go on from, in the order of the experiments; null for a run that starts at step 0. All start there without them. */
  readonly states?: readonly (RunState | null)[];
}

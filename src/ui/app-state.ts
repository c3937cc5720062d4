/**
 * What the page shows, as one value, and everything that can happen to it. The draft is what the experiment panel shows:
 * it becomes a run only when the user starts it, so an edit or a refused number never touches the run that is training.
 */
import type { BackendInfo, BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment, TaskName } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { Thumbnail } from "../core/task.ts";
import type { ProbeWish, Event as WorkerEvent } from "../worker/protocol.ts";
import { type EditOutcome, type FieldPlace, type Refusal, restartChanges } from "./edit-experiment.ts";
import type { Notice, NoticeAction, NoticeKey } from "./notices.ts";
import type { Unavailable } from "./players.ts";
import { DEFAULT_PREFERENCES, type Preferences } from "./preferences.ts";
import type { Generation, RunState } from "./run-state.ts";

type HelloEvent = Extract<WorkerEvent, { readonly type: "hello" }>;
/** What the worker found in a user's file. */
export type InspectedFile = Extract<WorkerEvent, { readonly type: "file-inspected" }>;

/** The dialog that is open. `own-file` carries no bytes; the session holds them. */
export type Dialog =
  | { readonly kind: "help" }
  | { readonly kind: "sources" }
  | { readonly kind: "device" }
  | { readonly kind: "own-text" }
  | { readonly kind: "own-series" }
  /** An experiment on own data, from a link or a saved run, asks for its file. */
  | { readonly kind: "file-request"; readonly name: string; readonly bytes: number; readonly sha256: string };

/** What the worker said of itself, or why it cannot. */
export type Engine =
  | { readonly phase: "opening" }
  | {
      readonly phase: "ready";
      /** Of new runs, which may be a backend over several players; what computes the present one is in `run`. */
      readonly backend: BackendInfo;
      readonly faults: readonly Fault[];
      readonly operations: HelloEvent["operations"];
      readonly unavailable: Unavailable;
    }
  | { readonly phase: "failed" };

/** A refused number: the text stays in its control, the draft keeps the last good value. */
export interface RefusedNumber {
  readonly text: string;
  readonly reason: Refusal;
}

/** A run that was asked for and has not answered yet. `experiment` is null when a file says what it is. */
export interface PendingRun {
  readonly runId: number;
  readonly experiment: Experiment | null;
  /** The plan it should have. */
  readonly plan: SharedPlan | null;
  /** What to tell once it stands, with its step. */
  readonly notice: NoticeKey | null;
}

/** Everything the page shows. */
export interface AppState {
  readonly engine: Engine;
  readonly tasks: HelloEvent["tasks"];
  readonly models: HelloEvent["models"];
  readonly thumbnails: ReadonlyMap<TaskName, Thumbnail>;
  readonly run: RunState | null;
  readonly canUndo: boolean;
  readonly pending: PendingRun | null;
  /** What the pending run waits for: compiled kernels, or with an operation's name places that were measured. */
  readonly building: { readonly done: number; readonly total: number; readonly operation?: string } | null;
  readonly draft: Experiment | null;
  /** By `pathOf` of the control. */
  readonly refused: ReadonlyMap<string, RefusedNumber>;
  readonly notices: readonly Notice[];
  readonly nextNoticeId: number;
  readonly dialog: Dialog | null;
  /** What the worker found in the file that the open dialog asked for, or why it refused it. */
  readonly inspected: InspectedFile | null;
  readonly inspectFault: Fault | null;
  readonly preferences: Preferences;
  /** What new runs train on: that of the address, else the preference. */
  readonly wish: BackendWish;
  readonly deviceCheck: { readonly passed: number; readonly failed: number; readonly worst: string } | "running" | null;
}

/** What the user, or the session on the user's behalf, does to the page itself. */
export type PageEvent =
  | { readonly type: "engine-opening" }
  | { readonly type: "run-requested"; readonly pending: PendingRun }
  | { readonly type: "number-edited"; readonly place: FieldPlace; readonly text: string }
  | { readonly type: "edited"; readonly outcome: EditOutcome }
  | { readonly type: "draft-replaced"; readonly experiment: Experiment }
  | { readonly type: "probe-chosen"; readonly probe: ProbeWish }
  | { readonly type: "generation-chosen"; readonly generation: Generation }
  | { readonly type: "stop-at-chosen"; readonly step: number | null }
  | {
      readonly type: "told";
      readonly key: NoticeKey;
      readonly details?: Fault["details"];
      readonly actions?: readonly NoticeAction[];
    }
  | { readonly type: "faulted"; readonly fault: Fault }
  /** A file that the open dialog asked for could not even be read. */
  | { readonly type: "file-refused"; readonly fault: Fault }
  | { readonly type: "notice-dismissed"; readonly id: number }
  | { readonly type: "dialog-opened"; readonly dialog: Dialog }
  | { readonly type: "dialog-closed" }
  | { readonly type: "preferences-changed"; readonly preferences: Preferences }
  | { readonly type: "wish-chosen"; readonly wish: BackendWish }
  | { readonly type: "device-check-started" };

/** The state before the worker has answered. */
export const initialState: AppState = {
  engine: { phase: "opening" },
  tasks: [],
  models: [],
  thumbnails: new Map(),
  run: null,
  canUndo: false,
  pending: null,
  building: null,
  draft: null,
  refused: new Map(),
  notices: [],
  nextNoticeId: 1,
  dialog: null,
  inspected: null,
  inspectFault: null,
  preferences: DEFAULT_PREFERENCES,
  wish: DEFAULT_PREFERENCES.backend,
  deviceCheck: null,
};

/** What computes the run that is shown, or would compute the next one; null while there is no engine. */
export function shownBackend({ engine, run }: AppState): BackendInfo | null {
  return engine.phase === "ready" ? (run?.backend ?? engine.backend) : null;
}

/** The task's preset, or null for tasks on a user's own file. */
export function presetOf(state: AppState, task: TaskName): Experiment | null {
  return state.tasks.find((offer) => offer.name === task)?.preset ?? null;
}

/** The shown run's experiment with the live fields as they are now. */
export function currentExperiment({ experiment, live }: RunState): Experiment {
  return { ...experiment, training: { ...experiment.training, ...live } };
}

/** The plan of the shown run where the draft asks for the same network, data and training. */
export function planOfDraft(state: AppState): SharedPlan | null {
  return state.run && waitingChanges(state).length === 0 ? state.run.shared : null;
}

/** Paths of the draft that wait for a new run. */
export function waitingChanges(state: AppState): readonly string[] {
  return state.run && state.draft ? restartChanges(state.run.experiment, state.draft) : [];
}

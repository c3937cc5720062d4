/**
 * The page's state and the one function that changes it. Events are the worker's and the user's; effects (commands, the
 * address, files) live in `session.ts`. The draft is what the experiment panel shows: it becomes a run only when the user
 * starts it, so an edit or a refused number never touches the run that is training.
 */
import type { BackendInfo } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment, TaskName } from "../core/experiment.ts";
import { FIELD_RANGES } from "../core/fields.ts";
import type { Thumbnail } from "../core/task.ts";
import type { Event as WorkerEvent } from "../worker/protocol.ts";
import {
  type EditOutcome,
  type FieldPlace,
  parseNumber,
  pathOf,
  type Refusal,
  restartChanges,
  withValue,
} from "./edit-experiment.ts";
import { type Notice, type NoticeAction, type NoticeKey, withNotice, withoutMessages } from "./notices.ts";
import { DEFAULT_PREFERENCES, type Preferences } from "./preferences.ts";
import { openedRun, type RunState, reduceRun } from "./run-state.ts";

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
      readonly backend: BackendInfo;
      readonly faults: readonly Fault[];
      readonly operations: HelloEvent["operations"];
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
}

/** Everything the page shows. */
export interface AppState {
  readonly engine: Engine;
  readonly tasks: HelloEvent["tasks"];
  readonly thumbnails: ReadonlyMap<TaskName, Thumbnail>;
  readonly run: RunState | null;
  readonly canUndo: boolean;
  readonly pending: PendingRun | null;
  /** Compiled kernels of the pending run. */
  readonly building: { readonly done: number; readonly total: number } | null;
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
  readonly deviceCheck: { readonly passed: number; readonly failed: number; readonly worst: string } | "running" | null;
}

/** What the user, or the session on the user's behalf, does to the page itself. */
export type PageEvent =
  | { readonly type: "engine-opening" }
  | { readonly type: "run-requested"; readonly runId: number; readonly experiment: Experiment | null }
  | { readonly type: "number-edited"; readonly place: FieldPlace; readonly text: string }
  | { readonly type: "edited"; readonly outcome: EditOutcome }
  | { readonly type: "draft-replaced"; readonly experiment: Experiment }
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
  | { readonly type: "device-check-started" };

/** The state before the worker has answered. */
export const initialState: AppState = {
  engine: { phase: "opening" },
  tasks: [],
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
  deviceCheck: null,
};

/** The task's preset, or null for tasks on a user's own file. */
export function presetOf(state: AppState, task: TaskName): Experiment | null {
  return state.tasks.find((offer) => offer.name === task)?.preset ?? null;
}

/** Paths of the draft that wait for a new run. */
export function waitingChanges(state: AppState): readonly string[] {
  return state.run && state.draft ? restartChanges(state.run.experiment, state.draft) : [];
}

type Details = Fault["details"];

function told(state: AppState, key: NoticeKey, details: Details, actions: readonly NoticeAction[]): AppState {
  const notice: Notice = { id: state.nextNoticeId, kind: "message", key, details, actions };
  return { ...state, notices: withNotice(state.notices, notice), nextNoticeId: state.nextNoticeId + 1 };
}

function faulted(state: AppState, fault: Fault, step: number | null): AppState {
  const notice: Notice = { id: state.nextNoticeId, kind: "fault", fault, step };
  return { ...state, notices: withNotice(state.notices, notice), nextNoticeId: state.nextNoticeId + 1 };
}

function withDraft(state: AppState, draft: Experiment): AppState {
  return { ...state, draft, refused: new Map() };
}

function numberEdited(state: AppState, place: FieldPlace, text: string): AppState {
  if (!state.draft) return state;
  const path = pathOf(place);
  const refused = new Map(state.refused);
  const outcome = parseNumber(text, FIELD_RANGES[place.field]);
  if (!outcome.ok) {
    refused.set(path, { text, reason: outcome.reason });
    return { ...state, refused };
  }
  refused.delete(path);
  const edited = withValue(state.draft, path, outcome.value);
  return edited.ok ? { ...state, draft: edited.experiment, refused } : state;
}

function started(state: AppState, event: Extract<WorkerEvent, { readonly type: "started" }>): AppState {
  const asked = state.pending?.runId === event.runId ? state.pending : null;
  const earlier = state.run;
  const run = openedRun(event);
  // A start keeps what was edited since it was asked for; a file or an undo brings its own experiment.
  const drafted = asked?.experiment ? state : withDraft(state, event.experiment);
  const opened = { ...drafted, run, canUndo: event.canUndo, pending: null, building: null };
  const notices = withoutMessages(
    state.notices,
    "put-aside",
    "run-back",
    "link-waits",
    "waits-for-play",
    "self-started",
  );
  const cleared = { ...opened, notices: notices.filter((notice) => notice.kind === "message") };
  if (!asked && earlier) return told(cleared, "run-back", { step: event.step }, []);
  if (!event.canUndo || !earlier || earlier.step === 0) return cleared;
  return told(cleared, "put-aside", { step: earlier.step }, ["undo"]);
}

const FILE_DIALOGS: ReadonlySet<string> = new Set<Dialog["kind"]>(["own-text", "own-series", "file-request"]);

function workerFaulted(state: AppState, event: Extract<WorkerEvent, { readonly type: "fault" }>): AppState {
  const asksForFile = state.dialog !== null && FILE_DIALOGS.has(state.dialog.kind);
  // A modal dialog covers the notices, so what it asked for is answered inside it.
  if (asksForFile && event.runId === null) return { ...state, inspected: null, inspectFault: event.fault };
  const run = state.run ? reduceRun(state.run, event) : null;
  const answered = state.pending !== null && event.runId === state.pending.runId;
  const next = faulted({ ...state, run }, event.fault, event.step);
  if (event.fault.code === "worker-failed") {
    const stopped = run ? { ...run, playing: false } : null;
    return { ...next, engine: { phase: "failed" }, run: stopped, pending: null, building: null, canUndo: false };
  }
  return answered ? { ...next, pending: null, building: null } : next;
}

function reduceWorker(state: AppState, event: WorkerEvent): AppState {
  switch (event.type) {
    case "hello": {
      const { backend, faults, operations, tasks } = event;
      return { ...state, tasks, engine: { phase: "ready", backend, faults, operations } };
    }
    case "task-card":
      return { ...state, thumbnails: new Map(state.thumbnails).set(event.task, event.thumbnail) };
    case "building":
      return state.pending?.runId === event.runId
        ? { ...state, building: { done: event.done, total: event.total } }
        : state;
    case "started":
      return started(state, event);
    case "fault":
      return workerFaulted(state, event);
    case "file-inspected":
      return { ...state, inspected: event, inspectFault: null };
    case "device-checked":
      return { ...state, deviceCheck: { passed: event.passed, failed: event.failed, worst: event.worst } };
    default: {
      if (!state.run) return state;
      const run = reduceRun(state.run, event);
      if (run === state.run) return state;
      if (event.type === "recovered" && state.engine.phase === "ready") {
        const engine = { ...state.engine, backend: event.backend };
        return told({ ...state, run, engine }, "recovered", { step: event.step }, []);
      }
      if (event.type !== "playing") return { ...state, run };
      if (event.reason === "stop-at") return told({ ...state, run }, "stopped-at", { step: run.step }, []);
      return { ...state, run, notices: withoutMessages(state.notices, "waits-for-play", "link-waits", "stopped-at") };
    }
  }
}

function reducePage(state: AppState, event: PageEvent): AppState {
  switch (event.type) {
    case "engine-opening":
      return { ...state, engine: { phase: "opening" }, notices: [] };
    case "run-requested":
      return { ...state, pending: { runId: event.runId, experiment: event.experiment }, building: null };
    case "number-edited":
      return numberEdited(state, event.place, event.text);
    case "edited":
      return event.outcome.ok ? { ...state, draft: event.outcome.experiment } : state;
    case "draft-replaced":
      return withDraft(state, event.experiment);
    case "stop-at-chosen":
      return state.run ? { ...state, run: { ...state.run, stopAt: event.step } } : state;
    case "told":
      return told(state, event.key, event.details ?? {}, event.actions ?? []);
    case "faulted":
      return faulted(state, event.fault, null);
    case "file-refused":
      return state.dialog
        ? { ...state, inspected: null, inspectFault: event.fault }
        : faulted(state, event.fault, null);
    case "notice-dismissed":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== event.id) };
    case "dialog-opened":
      return { ...state, dialog: event.dialog, inspected: null, inspectFault: null };
    case "dialog-closed":
      return { ...state, dialog: null, inspected: null, inspectFault: null };
    case "preferences-changed":
      return { ...state, preferences: event.preferences };
    case "device-check-started":
      return { ...state, deviceCheck: "running" };
    default:
      return event satisfies never;
  }
}

const PAGE_EVENTS: ReadonlySet<string> = new Set<PageEvent["type"]>([
  "engine-opening",
  "run-requested",
  "number-edited",
  "edited",
  "draft-replaced",
  "stop-at-chosen",
  "told",
  "faulted",
  "file-refused",
  "notice-dismissed",
  "dialog-opened",
  "dialog-closed",
  "preferences-changed",
  "device-check-started",
]);

function isPageEvent(event: PageEvent | WorkerEvent): event is PageEvent {
  return PAGE_EVENTS.has(event.type);
}

/** The next state. Pure: the same state object comes back when an event changes nothing. */
export function reduce(state: AppState, event: PageEvent | WorkerEvent): AppState {
  return isPageEvent(event) ? reducePage(state, event) : reduceWorker(state, event);
}

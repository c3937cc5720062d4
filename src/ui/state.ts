/**
 * The one function that changes the page's state. Events are the worker's and the user's; effects (commands, the address,
 * files) live in `session.ts` and `page.ts`. Pure: an event that changes nothing gives back the same state.
 */
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { FIELD_RANGES } from "../core/fields.ts";
import type { Event as WorkerEvent } from "../worker/protocol.ts";
import type { AppState, Dialog, PageEvent } from "./app-state.ts";
import { type FieldPlace, hasNumber, parseNumber, pathOf, withNumber } from "./edit-experiment.ts";
import { type Notice, type NoticeAction, type NoticeKey, withNotice, withoutMessages } from "./notices.ts";
import { learnUnavailable } from "./players.ts";
import { openedRun, type RunState, reduceRun } from "./run-state.ts";

type Details = Fault["details"];

function told(state: AppState, key: NoticeKey, details: Details, actions: readonly NoticeAction[]): AppState {
  const notice: Notice = { id: state.nextNoticeId, kind: "message", key, details, actions };
  return { ...state, notices: withNotice(state.notices, notice), nextNoticeId: state.nextNoticeId + 1 };
}

function faulted(
  state: AppState,
  fault: Fault,
  about: { readonly step: number | null; readonly ofRun: boolean },
): AppState {
  const notice: Notice = { id: state.nextNoticeId, kind: "fault", fault, ...about };
  return { ...state, notices: withNotice(state.notices, notice), nextNoticeId: state.nextNoticeId + 1 };
}

const OF_PAGE = { step: null, ofRun: false } as const;

function withDraft(state: AppState, draft: Experiment): AppState {
  return { ...state, draft, refused: new Map() };
}

function edited(state: AppState, draft: Experiment): AppState {
  // A layer that came or went shifts the places of the others, and a switched-off field has none.
  const refused = [...state.refused].filter(([path]) => !path.startsWith("model.layers") && hasNumber(draft, path));
  return { ...state, draft, refused: new Map(refused) };
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
  const edited = withNumber(state.draft, place, outcome.value);
  return edited.ok ? ofRun({ ...state, draft: edited.experiment, refused }, { followsLive: false }) : state;
}

/** Messages about the run that was shown; another one makes them stale. */
const RUN_MESSAGES: readonly NoticeKey[] = [
  "put-aside",
  "run-back",
  "link-waits",
  "waits-for-play",
  "kept-waits",
  "self-started",
  "file-opened",
  "stopped-at",
  "recovered",
  "moved-to-cpu",
];

function started(state: AppState, event: Extract<WorkerEvent, { readonly type: "started" }>): AppState {
  const asked = state.pending?.runId === event.runId ? state.pending : null;
  const earlier = state.run;
  const run = openedRun(event, asked?.experiment == null);
  // A start keeps what was edited since it was asked for; a file or an undo brings its own experiment.
  const drafted = asked?.experiment && state.draft ? state : withDraft(state, event.experiment);
  const opened = { ...drafted, run, canUndo: event.canUndo, pending: null, building: null };
  const notices = withoutMessages(state.notices, ...RUN_MESSAGES);
  // Why a first run was refused still matters beside the default run that stands in for it.
  const isStale = (notice: Notice) => earlier !== null && notice.kind === "fault" && notice.ofRun;
  const cleared = { ...opened, notices: notices.filter((notice) => !isStale(notice)) };
  const { step } = event;
  if (!asked && earlier) return told(cleared, "run-back", { step }, []);
  const aside = event.canUndo && earlier !== null && earlier.step > 0;
  const undoable = aside ? told(cleared, "put-aside", { step: earlier.step }, ["undo"]) : cleared;
  return asked?.notice ? told(undoable, asked.notice, { step }, []) : undoable;
}

const FILE_DIALOGS: ReadonlySet<string> = new Set<Dialog["kind"]>(["own-text", "own-series", "file-request"]);

/** An opened run tells what was changed while it ran; the panel shows that, until the user changes it again. */
function withLiveDraft(state: AppState, { live }: RunState): AppState {
  const { draft } = state;
  return draft ? { ...state, draft: { ...draft, training: { ...draft.training, ...live } } } : state;
}

function workerFaulted(state: AppState, event: Extract<WorkerEvent, { readonly type: "fault" }>): AppState {
  const asksForFile = state.dialog !== null && FILE_DIALOGS.has(state.dialog.kind);
  // A modal dialog covers the notices, so what it asked for is answered inside it.
  if (asksForFile && event.runId === null && event.fault.code !== "worker-failed")
    return { ...state, inspected: null, inspectFault: event.fault };
  const run = state.run ? reduceRun(state.run, event) : null;
  const answered = state.pending !== null && event.runId === state.pending.runId;
  // While the device is checked nothing else runs, so this is the check's end.
  const deviceCheck = state.deviceCheck === "running" ? null : state.deviceCheck;
  const next = faulted({ ...state, run, deviceCheck }, event.fault, { step: event.step, ofRun: event.runId !== null });
  if (event.fault.code === "worker-failed") {
    const stopped = run ? { ...run, playing: false } : null;
    return { ...next, engine: { phase: "failed" }, run: stopped, pending: null, building: null, canUndo: false };
  }
  return answered ? { ...next, pending: null, building: null } : next;
}

/** Messages that ask for Play. */
const WAITING_MESSAGES: readonly NoticeKey[] = [
  "waits-for-play",
  "link-waits",
  "kept-waits",
  "file-opened",
  "stopped-at",
];

function reduceWorker(state: AppState, event: WorkerEvent): AppState {
  switch (event.type) {
    case "hello": {
      const { backend, faults, operations, tasks, models } = event;
      const known = state.engine.phase === "ready" ? state.engine.unavailable : {};
      const unavailable = learnUnavailable(known, backend, faults);
      return { ...state, tasks, models, engine: { phase: "ready", backend, faults, operations, unavailable } };
    }
    case "task-card":
      return { ...state, thumbnails: new Map(state.thumbnails).set(event.task, event.thumbnail) };
    case "building":
    case "tuning": {
      if (state.pending?.runId !== event.runId) return state;
      const { done, total } = event;
      return {
        ...state,
        building: { done, total, ...(event.type === "tuning" ? { operation: event.operation } : {}) },
      };
    }
    case "tuned":
      return state; // the session keeps it
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
        if (event.wish !== "wasm") return told({ ...state, run }, "recovered", { step: event.step }, []);
        const engine = { ...state.engine, backend: event.backend };
        return told({ ...state, run, engine }, "moved-to-cpu", { step: event.step }, []);
      }
      if (event.type === "live-changed" && run.followsLive) return withLiveDraft({ ...state, run }, run);
      if (event.type !== "playing") return { ...state, run };
      if (!event.playing && event.reason !== "stop-at")
        return { ...state, run, notices: withoutMessages(state.notices, "self-started") };
      if (event.reason === "stop-at") return told({ ...state, run }, "stopped-at", { step: run.step }, []);
      return { ...state, run, notices: withoutMessages(state.notices, ...WAITING_MESSAGES) };
    }
  }
}

function ofRun(state: AppState, change: Partial<RunState>): AppState {
  return state.run ? { ...state, run: { ...state.run, ...change } } : state;
}

function reducePage(state: AppState, event: PageEvent): AppState {
  switch (event.type) {
    case "engine-opening":
      return { ...state, engine: { phase: "opening" }, notices: [], pending: null, building: null, canUndo: false };
    case "run-requested":
      return { ...state, pending: event.pending, building: null };
    case "number-edited":
      return numberEdited(state, event.place, event.text);
    case "edited":
      return event.outcome.ok ? edited(state, event.outcome.experiment) : state;
    case "draft-replaced":
      return withDraft(state, event.experiment);
    case "probe-chosen":
      return ofRun(state, { probe: event.probe });
    case "generation-chosen":
      return ofRun(state, { generation: event.generation });
    case "stop-at-chosen":
      return ofRun(state, { stopAt: event.step });
    case "told":
      return told(state, event.key, event.details ?? {}, event.actions ?? []);
    case "faulted":
      return faulted(state, event.fault, OF_PAGE);
    case "file-refused":
      return state.dialog
        ? { ...state, inspected: null, inspectFault: event.fault }
        : faulted(state, event.fault, OF_PAGE);
    case "notice-dismissed":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== event.id) };
    case "dialog-opened":
      return { ...state, dialog: event.dialog, inspected: null, inspectFault: null };
    case "dialog-closed":
      return { ...state, dialog: null, inspected: null, inspectFault: null };
    case "preferences-changed":
      return { ...state, preferences: event.preferences };
    case "wish-chosen":
      return { ...state, wish: event.wish };
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
  "probe-chosen",
  "generation-chosen",
  "stop-at-chosen",
  "told",
  "faulted",
  "file-refused",
  "notice-dismissed",
  "dialog-opened",
  "dialog-closed",
  "preferences-changed",
  "wish-chosen",
  "device-check-started",
]);

function isPageEvent(event: PageEvent | WorkerEvent): event is PageEvent {
  return PAGE_EVENTS.has(event.type);
}

/** The next state. Pure: the same state object comes back when an event changes nothing. */
export function reduce(state: AppState, event: PageEvent | WorkerEvent): AppState {
  return isPageEvent(event) ? reducePage(state, event) : reduceWorker(state, event);
}

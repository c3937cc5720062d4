/**
 * The page's side of the conversation with the worker: feeds its events to the store and answers those that want an
 * answer. It holds what state must not: the client here, starts under way in `run-requests.ts`, bytes of the user's files
 * in `own-files.ts`. What the user asks for becomes commands in `controls.ts`
 * and `draft-controls.ts`.
 */
import type { BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { PlanStore } from "../storage/plans.ts";
import type { Command, Event } from "../worker/protocol.ts";
import type { AppState, PageEvent } from "./app-state.ts";
import { type Controls, createControls } from "./controls.ts";
import { createDraftControls, type DraftControls } from "./draft-controls.ts";
import { downloadFile } from "./files.ts";
import { createOwnFiles, type OwnFiles } from "./own-files.ts";
import { createRunRequests, type RunRequests } from "./run-requests.ts";

/** What of the worker's client the session needs. */
export interface EngineClient {
  send(command: Command, transfer?: Transferable[]): void;
  subscribe(listener: (event: Event) => void): () => void;
  terminate(): void;
}

/** The world around a session; tests bring their own. */
export interface SessionParts {
  readonly get: () => AppState;
  readonly dispatch: (event: PageEvent | Event) => void;
  readonly createClient: () => EngineClient;
  /** What earlier visits measured, and where new measurements go; null for fixed defaults. */
  readonly plans: PlanStore | null;
  /** Shows in the address what was chosen. */
  readonly showWish: (wish: BackendWish) => void;
  /** Sees every event before the state does: curves live outside it. */
  readonly record: (event: Event) => void;
  /** Stores the copy of a run that survives a reload. */
  readonly keep: (file: ArrayBuffer) => void;
  /** Calls back once the page has painted what the last events changed. */
  readonly afterPaint: (callback: () => void) => void;
}

/** What components may ask for. */
export interface Session extends Controls, DraftControls, Pick<RunRequests, "start" | "openRun"> {
  /** Starts a worker, in place of the one before; `hello` or a fault answers. */
  readonly connect: () => void;
  /** What runs from now on train on; the run on the page keeps its own. */
  readonly chooseBackend: (wish: BackendWish) => void;
  readonly ownFiles: OwnFiles;
  readonly dispatch: (event: PageEvent) => void;
}

/** Connects a store to a worker. Nothing is started before `connect`. */
export function createSession(parts: SessionParts): Session {
  const { get, dispatch } = parts;
  let client: EngineClient | null = null;
  const send = (command: Command, transfer: Transferable[] = []) => client?.send(command, transfer);
  const ownFiles = createOwnFiles({ send, dispatch });
  const runs = createRunRequests({ get, dispatch, send, ownFiles });

  const receive = (event: Event) => {
    parts.record(event);
    const { pending } = get();
    dispatch(event);
    if (event.type === "snapshot") parts.afterPaint(() => send({ type: "acknowledge-snapshot" }));
    if (event.type === "saved" && event.purpose === "download") {
      downloadFile(event.fileName, event.bytes, "application/octet-stream");
      dispatch({ type: "told", key: "saved", details: { name: event.fileName, step: event.step } });
    }
    if (event.type === "saved" && event.purpose === "keep") parts.keep(event.bytes);
    if (event.type === "tuned") parts.plans?.keep(event.measured);
    if (event.type === "started") runs.stands(event.experiment);
    if (event.type === "file-inspected") ownFiles.inspected(event);
    if (event.type === "fault" && pending?.runId === event.runId) runs.refused(event.fault);
    runs.sendQueued();
  };

  const openBackend = () => {
    send({ type: "open-backend", wish: get().wish, measured: parts.plans?.load() ?? null });
  };
  const chooseBackend = (wish: BackendWish) => {
    dispatch({ type: "wish-chosen", wish });
    dispatch({ type: "preferences-changed", preferences: { ...get().preferences, backend: wish } });
    parts.showWish(wish);
    openBackend();
  };
  const connect = () => {
    client?.terminate();
    runs.forget();
    dispatch({ type: "engine-opening" });
    try {
      client = parts.createClient();
    } catch {
      const fault: Fault = { code: "worker-failed", details: { reason: "construct" } };
      receive({ type: "fault", runId: null, step: null, fault });
      return;
    }
    client.subscribe(receive);
    openBackend();
  };
  const { start, openRun } = runs;
  const control = { get, dispatch, send, start };
  return {
    ...createControls(control),
    ...createDraftControls(control),
    connect,
    chooseBackend,
    start,
    openRun,
    ownFiles,
    dispatch,
  };
}

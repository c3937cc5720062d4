/**
 * What the page does around the session: first run, address, files in, clipboard, notices' buttons, visibility, and the
 * copy of the run that survives a reload. Everything here touches the browser; decisions are in pure modules.
 */
import type { Experiment } from "../core/experiment.ts";
import { decodeLink, hasLink } from "../storage/link.ts";
import type { RunStore } from "../storage/runs.ts";
import { isForeignLink, isSameExperiment, ownAddress, shareAddress, writeAddress } from "./address.ts";
import { type AppState, currentExperiment, planOfDraft, presetOf } from "./app-state.ts";
import { chooseFile, kindOfFile, readFile } from "./files.ts";
import { chooseFirstRun } from "./first-run.ts";
import type { NoticeAction } from "./notices.ts";
import { activateUpdate } from "./offline.ts";
import type { StartDetails } from "./run-requests.ts";
import type { Session } from "./session.ts";
import type { AppStore } from "./store.ts";

/** What components may ask of the page. */
export interface Page {
  readonly share: () => void;
  /** Lets the user choose a file: a saved run, a table or a text. */
  readonly open: () => void;
  readonly takeFiles: (files: readonly File[], folder: boolean) => void;
  readonly copyReport: (text: string) => void;
  readonly act: (action: NoticeAction) => void;
}

/** The task of the default run. */
const DEFAULT_TASK = "seattle-weather";
const OPENED_FILES = ".safetensors,.csv,.tsv,.txt,.md,text/*";

/** What a page is made of. */
export interface PageParts {
  readonly app: AppStore;
  readonly session: Session;
  readonly runs: RunStore;
}

/** Shows the first run as soon as the engine is ready. After a restart of the engine, what was on the page comes back. */
export async function openFirstRun({ app, session, runs }: PageParts): Promise<void> {
  const { hash } = location;
  const { run } = app.get();
  const restarted = run && { ok: true as const, experiment: currentExperiment(run), plan: run.shared, fault: null };
  const first = chooseFirstRun({
    link: restarted ?? (hasLink(hash) ? await decodeLink(hash) : null),
    foreign: !restarted && isForeignLink(hash, history.state),
    kept: await runs.load(),
    reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  const preset = presetOf(app.get(), DEFAULT_TASK);
  const show = (experiment: Experiment, autoplay: boolean, told: StartDetails) => {
    session.dispatch({ type: "draft-replaced", experiment });
    session.start(experiment, autoplay, told);
  };
  if (first.kind === "kept") session.openRun(first.kept.file, first.kept.own, "kept-waits");
  else if (first.kind === "link") show(first.experiment, false, first);
  else if (preset) show(preset, first.autoplay, first);
  if (first.kind !== "kept" && first.fault) session.dispatch({ type: "faulted", fault: first.fault });
}

/** True while a run is on its way: under way in the worker, or waiting for the user's file. */
const isComing = ({ pending, dialog }: AppState): boolean => pending !== null || dialog?.kind === "file-request";

/**
 * Puts the default run, paused, where a refused first one would have left the page without any. The panel keeps what was
 * refused, to be mended and started. Once: on a device that refuses the default run, too, nothing is left to try.
 */
export function standIn({ app, session }: Pick<PageParts, "app" | "session">): void {
  const isEmpty = () => !app.get().run && !isComing(app.get()) && app.get().engine.phase === "ready";
  const unsubscribe = app.subscribe((_, before) => {
    if (!isComing(before) || !isEmpty()) return;
    // A refusal becomes a question for the data file within the same turn; only what is empty after it stays so.
    queueMicrotask(() => {
      const preset = presetOf(app.get(), DEFAULT_TASK);
      if (!preset || !isEmpty()) return;
      unsubscribe();
      session.start(preset, false, { notice: "waits-for-play" });
    });
  });
}

/** Time without an edit after which the address follows the panel. */
const ADDRESS_DELAY_MS = 250;

/** Lets the address follow the draft. Browsers throttle history calls, hence the delay. */
export function followAddress(app: AppStore): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  app.subscribe((state, before) => {
    const { draft, run } = state;
    if (run?.playing && !before.run?.playing) ownAddress();
    if (!draft || draft === before.draft || before.draft === null) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const preset = presetOf(state, DEFAULT_TASK);
      void writeAddress(preset && isSameExperiment(draft, preset) ? null : draft);
    }, ADDRESS_DELAY_MS);
  });
}

/** Lets a link that somebody pastes into the address of the open page show its experiment, as on opening it. */
export function followLinks({ app, session }: Pick<PageParts, "app" | "session">): void {
  const show = async () => {
    const { hash } = location;
    if (!hasLink(hash)) return;
    const link = await decodeLink(hash);
    if (!link.ok) {
      session.dispatch({ type: "faulted", fault: link.fault });
      return;
    }
    const { draft } = app.get();
    if (draft && isSameExperiment(draft, link.experiment)) return;
    session.dispatch({ type: "draft-replaced", experiment: link.experiment });
    session.start(link.experiment, false, { notice: "link-waits", plan: link.plan });
    if (link.fault) session.dispatch({ type: "faulted", fault: link.fault });
  };
  addEventListener("hashchange", () => void show());
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or an insecure context: the caller says so
  }
}

/** The page's own tools. */
export function createPage({ app, session }: Pick<PageParts, "app" | "session">): Page {
  const share = async () => {
    const { draft } = app.get();
    if (!draft) return;
    const plan = planOfDraft(app.get());
    const copied = await copyText(await shareAddress(draft, plan));
    if (!copied) await writeAddress(draft, plan);
    session.dispatch({ type: "told", key: copied ? "link-copied" : "link-not-copied" });
  };
  const take = async (file: File) => {
    const { dialog } = app.get();
    const asked = dialog?.kind === "file-request";
    const kind = kindOfFile(asked ? dialog.name : file.name);
    if (kind === "run") {
      const read = await readFile(file);
      if (read.ok) session.openRun(read.file.bytes, null, "file-opened");
      else session.dispatch({ type: "faulted", fault: read.fault });
      return;
    }
    if (!asked) {
      session.dispatch({ type: "dialog-opened", dialog: { kind: kind === "series" ? "own-series" : "own-text" } });
    }
    await session.ownFiles.inspect(kind, file);
  };
  const open = async () => {
    const file = await chooseFile(OPENED_FILES);
    if (file) await take(file);
  };
  const copyReport = async (text: string) => {
    if (await copyText(text)) session.dispatch({ type: "told", key: "report-copied" });
  };
  return {
    share: () => void share(),
    open: () => void open(),
    takeFiles(files, folder) {
      const [file] = files;
      if (folder) session.dispatch({ type: "told", key: "no-folder" });
      else if (files.length > 1) session.dispatch({ type: "told", key: "one-file", details: { count: files.length } });
      else if (file) void take(file);
    },
    copyReport: (text) => void copyReport(text),
    act: createActions(session, open),
  };
}

/** What each button of a notice does. */
function createActions(session: Session, open: () => Promise<void>): (action: NoticeAction) => void {
  const actions: Readonly<Record<NoticeAction, () => void>> = {
    undo: session.undo,
    "restore-best": session.restoreBest,
    "lower-rate": session.lowerRate,
    "set-clip": session.clipAndPlay,
    "use-cpu": session.useCpu,
    "restart-engine": session.connect,
    reload: () => location.reload(),
    save: session.save,
    "open-file": () => void open(),
    "start-default": () => session.startPreset(DEFAULT_TASK),
    "show-report": () => session.dispatch({ type: "dialog-opened", dialog: { kind: "device" } }),
    "update-app": () => void activateUpdate(),
  };
  return (action) => actions[action]();
}

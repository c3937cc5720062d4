/**
 * What goes on beside the user: the tab hides and shows, the run is kept for a reload from time to time, the engine may
 * fall silent, and the clock of all this is the page's, never the worker's.
 */
import type { Session } from "./session.ts";
import type { AppStore } from "./store.ts";

/** What the watches look at and act on. */
export interface WatchParts {
  readonly app: AppStore;
  readonly session: Session;
  /** Closes the browser's database, so that the page may rest in the back/forward cache. */
  readonly closeStorage: () => void;
}

/** Tells the worker when nobody looks: it then makes no pictures, and trains on unless the user wants it to pause. */
export function watchVisibility({ app, session, closeStorage }: WatchParts): void {
  let resting = false;
  document.addEventListener("visibilitychange", () => {
    const { hidden } = document;
    if (hidden && app.get().run?.playing) session.keep();
    session.setVisibility(hidden, hidden && app.get().preferences.pauseWhenHidden);
  });
  addEventListener("pagehide", (event) => {
    resting = event.persisted;
    session.setVisibility(true, true);
    closeStorage();
  });
  addEventListener("pageshow", () => {
    if (resting) session.setVisibility(false, false);
    resting = false;
  });
}

const KEEP_INTERVAL_MS = 10_000;

/** Keeps the run from time to time while it trains, whenever it pauses, and once after it was opened. */
export function watchForKeeping({ app, session }: Pick<WatchParts, "app" | "session">): void {
  let kept = "";
  const keep = () => {
    const { run, engine } = app.get();
    if (engine.phase !== "ready" || !run || run.step === 0 || kept === `${run.runId} ${run.step}`) return;
    kept = `${run.runId} ${run.step}`;
    session.keep();
  };
  setInterval(keep, KEEP_INTERVAL_MS);
  app.subscribe(({ run }, before) => {
    if (before.run?.playing && run && !run.playing && run.runId === before.run.runId) keep();
  });
}

const SILENCE_LIMIT_MS = 30_000;
const SILENCE_CHECK_MS = 5_000;

/** Calls on the user when a playing run says nothing for long: a huge network, or a GPU that hangs. */
export function watchSilence({ app, session }: Pick<WatchParts, "app" | "session">): { readonly heard: () => void } {
  let lastHeardMs = performance.now();
  let told = false;
  setInterval(() => {
    const { run, pending, engine } = app.get();
    const waiting = engine.phase === "ready" && (run?.playing === true || pending !== null) && !document.hidden;
    const silentMs = performance.now() - lastHeardMs;
    if (!waiting || told || silentMs < SILENCE_LIMIT_MS) return;
    told = true;
    const seconds = Math.round(silentMs / 1000);
    session.dispatch({
      type: "told",
      key: "engine-silent",
      details: { seconds },
      actions: ["restart-engine"],
    });
  }, SILENCE_CHECK_MS);
  return {
    heard() {
      lastHeardMs = performance.now();
      told = false;
    },
  };
}

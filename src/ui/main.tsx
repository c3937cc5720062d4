/** Composition root of the page: makes store, curves, session and watches, mounts the app, connects to the worker. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createPlanStore } from "../storage/plans.ts";
import { createRunStore } from "../storage/runs.ts";
import { createWorkerClient } from "../worker/client.ts";
import { wantsTuning, wishOf, writeWish } from "./address.ts";
import { App } from "./app.tsx";
import { AppContextHolder } from "./app-context.ts";
import { keepOffline } from "./offline.ts";
import { createPage, followAddress, followLinks, openFirstRun, standIn } from "./page.ts";
import { applyPreferences, loadPreferences } from "./preferences.ts";
import { recordEvent } from "./record.ts";
import { createSeries } from "./series.ts";
import { createSession } from "./session.ts";
import { createAppStore } from "./store.ts";
import { watchForKeeping, watchSilence, watchVisibility } from "./watches.ts";
import "./styles/tokens.css";
import "./styles/base.css";

const app = createAppStore();
const series = createSeries();
const runs = createRunStore();

/** After the next frame has been drawn, or at once when the page is hidden and draws none. */
function afterPaint(callback: () => void): void {
  requestAnimationFrame(() => setTimeout(callback));
}

async function keep(file: ArrayBuffer): Promise<void> {
  const { run } = app.get();
  const fault = await runs.keep({ file, own: run ? session.ownFiles.bytesFor(run.experiment.task) : null });
  if (fault) session.dispatch({ type: "faulted", fault });
}

const session = createSession({
  get: app.get,
  dispatch: app.dispatch,
  createClient: createWorkerClient,
  showWish: writeWish,
  plans: wantsTuning(location.search) ? createPlanStore(navigator.userAgent, () => localStorage) : null,
  record(event) {
    silence.heard();
    recordEvent(series, event, app.get().run?.runId ?? null);
  },
  keep: (file) => void keep(file),
  afterPaint,
});
const silence = watchSilence({ app, session });
const page = createPage({ app, session });

app.subscribe((state, before) => {
  if (state.preferences !== before.preferences) applyPreferences(state.preferences);
  if (state.engine.phase === "ready" && before.engine.phase !== "ready") void openFirstRun({ app, session, runs });
});
const preferences = loadPreferences();
app.dispatch({ type: "preferences-changed", preferences });
app.dispatch({ type: "wish-chosen", wish: wishOf(location.search) ?? preferences.backend });
followAddress(app);
followLinks({ app, session });
standIn({ app, session });
watchVisibility({ app, session, closeStorage: runs.close });
watchForKeeping({ app, session });

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <AppContextHolder value={{ app, session, page, series }}>
      <App />
    </AppContextHolder>
  </StrictMode>,
);
session.connect();
void keepOffline((news) => {
  if (news === "update") session.dispatch({ type: "told", key: "update-ready", actions: ["update-app"] });
});

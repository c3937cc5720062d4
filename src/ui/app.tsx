/** The page: top bar, experiment on the left, gates and learning beside it, notices above all. Nothing is computed here. */
import { type MouseEvent, useEffect, useState } from "react";
import { PLAYER_RACE } from "../core/backend.ts";
import styles from "./app.module.css";
import { useApp, usePage, useSession } from "./app-context.ts";
import type { AppState } from "./app-state.ts";
import { Announcer } from "./components/announcer.tsx";
import { Button } from "./components/button.tsx";
import { OpenDialog } from "./components/dialogs/open-dialog.tsx";
import { ErrorBoundary } from "./components/error-boundary.tsx";
import { ExperimentPanel } from "./components/experiment-panel.tsx";
import { GatesPanel } from "./components/gates-panel.tsx";
import { LearningPanel } from "./components/learning-panel.tsx";
import { Conditions, NoticeList } from "./components/notice-list.tsx";
import { TimingPanel } from "./components/timing-panel.tsx";
import { TopBar } from "./components/top-bar.tsx";
import { t } from "./i18n/translate.ts";
import { keyUseOf, type ShortcutAction, shortcutOf } from "./shortcuts.ts";

function useShortcuts(): void {
  const session = useSession();
  const on = useApp((state) => state.preferences.shortcuts && state.dialog === null);
  useEffect(() => {
    if (!on) return undefined;
    const actions: Readonly<Record<ShortcutAction, () => void>> = {
      "toggle-play": session.togglePlay,
      step: session.step,
      reset: session.reset,
      undo: session.undo,
      help: () => session.dispatch({ type: "dialog-opened", dialog: { kind: "help" } }),
    };
    const press = (event: KeyboardEvent) => {
      const action = shortcutOf(event, keyUseOf(document.activeElement));
      if (!action) return;
      event.preventDefault(); // Space and → would also scroll
      actions[action]();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on, session]);
}

/** Files dropped anywhere on the page; true while one hovers over it. */
function useFileDrop(): boolean {
  const page = usePage();
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser opens the file in place of the page
      setHovering(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(false);
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer) return;
      event.preventDefault();
      setHovering(false);
      const folder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
      page.takeFiles([...event.dataTransfer.files], folder);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [page]);
  return hovering;
}

function buildingText({ done, total, operation = "" }: NonNullable<AppState["building"]>): string {
  if (operation === PLAYER_RACE) return t("app.racing");
  return operation === "" ? t("app.building", { done, total }) : t("app.tuning", { done, total, operation });
}

/** Kernels are measured and compiled before the first step of a run; said only while it takes. */
function Building() {
  const session = useSession();
  const building = useApp((state) => state.building);
  if (!building) return null;
  const { done, total, operation } = building;
  const measures = operation !== undefined && operation !== "";
  const text = buildingText(building);
  return (
    <div className={styles.building}>
      <progress value={done} max={Math.max(1, total)} aria-label={text} />
      <span>{text}</span>
      {measures ? <Button onClick={session.skipTuning}>{t("app.skipTuning")}</Button> : null}
    </div>
  );
}

const GATES_ID = "gates";

/** By hand: following the link would put its fragment in the place of the experiment's. */
function skipToGates(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById(GATES_ID)?.focus();
}

/** Mounted once, inside `AppContextHolder`. */
export function App() {
  const session = useSession();
  const page = usePage();
  const hovering = useFileDrop();
  useShortcuts();
  const { save } = session;
  return (
    <>
      <a className={styles.skip} href={`#${GATES_ID}`} onClick={skipToGates}>
        {t("app.skip")}
      </a>
      <ErrorBoundary save={save}>
        <TopBar share={page.share} open={page.open} />
      </ErrorBoundary>
      <Conditions act={page.act} />
      <Building />
      <main className={styles.main}>
        <div className={styles.experiment}>
          <ErrorBoundary save={save}>
            <ExperimentPanel />
          </ErrorBoundary>
        </div>
        <div id={GATES_ID} className={styles.views} tabIndex={-1}>
          <ErrorBoundary save={save}>
            <GatesPanel />
          </ErrorBoundary>
          <div className={styles.learning}>
            <ErrorBoundary save={save}>
              <LearningPanel />
            </ErrorBoundary>
          </div>
          <ErrorBoundary save={save}>
            <TimingPanel />
          </ErrorBoundary>
        </div>
      </main>
      <NoticeList act={page.act} />
      <Announcer />
      <ErrorBoundary save={save}>
        <OpenDialog />
      </ErrorBoundary>
      {hovering ? <div className={styles.drop}>{t("app.dropHere")}</div> : null}
    </>
  );
}

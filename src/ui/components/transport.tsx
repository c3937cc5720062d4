/** Play, step, reset, undo and the step to stop at. The worker's answer, not the click, changes what they show. */
import { type KeyboardEvent, useId, useState } from "react";
import { useApp, useSession } from "../app-context.ts";
import { parseNumber } from "../edit-experiment.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { PauseIcon, PlayIcon, ResetIcon, StepIcon, UndoIcon } from "./icons.tsx";
import styles from "./top-bar.module.css";

/** Names of the buttons give way to their icons where the page is narrow; they stay readable to screen readers. */
export function Transport() {
  const session = useSession();
  const ready = useApp((state) => state.run !== null && state.engine.phase === "ready");
  const playing = useApp((state) => state.run?.playing ?? false);
  const canUndo = useApp((state) => state.canUndo);
  return (
    <fieldset className={styles.transport} aria-label={t("bar.label")}>
      <Button weight="primary" title={t("bar.playHint")} disabled={!ready} onClick={session.togglePlay}>
        {playing ? <PauseIcon /> : <PlayIcon />}
        <span className={styles.playName}>{playing ? t("bar.pause") : t("bar.play")}</span>
      </Button>
      <Button title={t("bar.stepHint")} disabled={!ready} onClick={session.step}>
        <StepIcon />
        <span className={styles.name}>{t("bar.step")}</span>
      </Button>
      <Button title={t("bar.resetHint")} disabled={!ready} onClick={session.reset}>
        <ResetIcon />
        <span className={styles.name}>{t("bar.reset")}</span>
      </Button>
      <Button title={t("bar.undoHint")} disabled={!ready || !canUndo} onClick={session.undo}>
        <UndoIcon />
        <span className={styles.name}>{t("bar.undo")}</span>
      </Button>
    </fieldset>
  );
}

/** A whole number above `step`, null for an empty text, undefined for anything else. */
function readStop(text: string, step: number): number | null | undefined {
  if (text.trim() === "") return null;
  const outcome = parseNumber(text, { minimum: step + 1, maximum: Number.MAX_SAFE_INTEGER, integer: true });
  return outcome.ok ? outcome.value : undefined;
}

/** Training pauses when that step is done. Enter or leaving the field sets it, an empty field clears it. */
export function StopAt() {
  const id = useId();
  const session = useSession();
  const ready = useApp((state) => state.run !== null);
  const step = useApp((state) => state.run?.step ?? 0);
  const stopAt = useApp((state) => state.run?.stopAt ?? null);
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState(false);
  const settle = () => {
    if (typed === null) return;
    const value = readStop(typed, step);
    setRefused(value === undefined);
    if (value === undefined) return;
    session.stopAt(value);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") settle();
  };
  return (
    <div className={styles.stopAt}>
      <label htmlFor={id}>{t("bar.stopAt")}</label>
      <input
        id={id}
        className={`${controls.input} ${controls.number}`}
        type="text"
        inputMode="numeric"
        value={typed ?? stopAt ?? ""}
        disabled={!ready}
        aria-invalid={refused}
        aria-describedby={refused ? `${id}-refused` : undefined}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setRefused(false);
        }}
        onBlur={settle}
        onKeyDown={onKeyDown}
      />
      {refused ? (
        <span id={`${id}-refused`} className={controls.error} role="alert">
          {t("bar.stopAtRefused", { step })}
        </span>
      ) : null}
    </div>
  );
}

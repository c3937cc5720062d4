/** Tells a screen reader how training goes: at once when it starts or pauses, else at most every ten seconds. */
import { useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import type { RunState } from "../run-state.ts";
import controls from "../styles/controls.module.css";

const INTERVAL_MS = 10_000;
const LOSS_DIGITS = 3;

function progress(run: RunState): string {
  if (run.loss === null) return "";
  const values = { step: run.step, loss: run.loss.toPrecision(LOSS_DIGITS) };
  const validation = run.evaluation?.validationLoss.toPrecision(LOSS_DIGITS);
  return validation === undefined
    ? t("announce.progress", values)
    : t("announce.progressValidation", { ...values, validation });
}

/** Seen by nobody, read out politely. */
export function Announcer() {
  const run = useApp((state) => state.run);
  const [said, setSaid] = useState("");
  const playing = run?.playing ?? false;
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => setNow((count) => count + 1), INTERVAL_MS);
    return () => clearInterval(timer);
  }, [playing]);
  // Only a tick or a change of play may speak; the run itself changes many times a second.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!run) return;
    if (!playing) setSaid(run.step > 0 ? t("announce.paused", { step: run.step }) : "");
    else setSaid(now === 0 ? t("announce.playing") : progress(run));
  }, [now, playing]);
  return (
    <div className={controls.hidden} aria-live="polite">
      {said}
    </div>
  );
}

/**
 * The exact numbers at the cursor, in a line that keeps its place whether or not there is a cursor. Sighted readers see
 * all views of the layer at once; a screen reader hears one sentence when the cursor moves, and while training changes
 * the value under it at most every few seconds.
 */
import { useEffect, useRef, useState } from "react";
import type { GateView } from "../../worker/summaries.ts";
import { formatExact } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import type { Cursor } from "../plots/cursor.ts";
import { visibleSymbol } from "../plots/strip.ts";
import controls from "../styles/controls.module.css";
import { shownName } from "./gate-view.tsx";
import styles from "./gates.module.css";

/** `place` names the cursor's part of the model, `views` are those of it; `complementOf` names the view that is shown as 1 − v, or null. */
export interface GateReadoutProps {
  readonly cursor: Cursor | null;
  readonly place: string;
  readonly views: readonly GateView[];
  readonly units: number;
  readonly labels: readonly string[];
  /** Names of the units; empty where a number is all they have. */
  readonly unitLabels: readonly string[];
  readonly complementOf: string | null;
}

/** Least time between two announcements under a cursor that does not move. */
const ANNOUNCE_MS = 5000;

/** The sentence and the table of values at the cursor. */
export function GateReadout({ cursor, place: part, views, units, labels, unitLabels, complementOf }: GateReadoutProps) {
  const exact = (view: GateView, at: Cursor): string => {
    const value = view.values[at.t * units + at.unit] ?? Number.NaN;
    return formatExact(view.name === complementOf ? 1 - value : value);
  };
  const place = cursor
    ? {
        layer: part,
        t: cursor.t + 1,
        label: visibleSymbol(labels[cursor.t] ?? ""),
        unit: unitName(cursor.unit, unitLabels),
      }
    : null;
  const current = cursor && views.find((view) => view.name === cursor.view);
  const sentence =
    cursor && place && current
      ? t("gates.readout", {
          ...place,
          gate: shownName(current.name, current.name === complementOf),
          value: exact(current, cursor),
        })
      : "";
  const said = useCalmText(sentence, cursor);
  return (
    <div className={styles.readout}>
      <output className={controls.hidden} aria-label={t("gates.valueAtCursor")}>
        {said}
      </output>
      {cursor && place ? (
        <>
          <span>
            {t("gates.place", place)} {cursor.pinned ? <span className={styles.pin}>{t("gates.pinned")}</span> : null}
          </span>
          <dl className={styles.values}>
            {views.map((view) => (
              <div key={view.name} className={view.name === cursor.view ? styles.current : undefined}>
                <dt>{shownName(view.name, view.name === complementOf)}</dt>
                <dd>{exact(view, cursor)}</dd>
              </div>
            ))}
          </dl>
        </>
      ) : (
        <span className={controls.help}>{t("gates.idle")}</span>
      )}
    </div>
  );
}

/** The number of a unit from 1, with its name where it has one. */
function unitName(unit: number, labels: readonly string[]): string | number {
  const label = labels[unit];
  return label === undefined ? unit + 1 : t("gates.unitLabel", { unit: unit + 1, label: visibleSymbol(label) });
}

/** `text`, at once when `subject` changes, else no more often than every `ANNOUNCE_MS`. */
function useCalmText(text: string, subject: unknown): string {
  const [said, setSaid] = useState(text);
  const last = useRef({ subject, time: 0 });
  useEffect(() => {
    const say = () => {
      last.current = { subject, time: performance.now() };
      setSaid(text);
    };
    const wait = last.current.time + ANNOUNCE_MS - performance.now();
    if (last.current.subject !== subject || wait <= 0) {
      say();
      return undefined;
    }
    const timer = setTimeout(say, wait);
    return () => clearTimeout(timer);
  }, [text, subject]);
  return said;
}

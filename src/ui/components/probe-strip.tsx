/**
 * What the network reads and expects at each step of the probe sequence, aligned with the heatmaps: symbols or one
 * course per input column, and under them the output beside the target where one is known.
 */
import { useMemo } from "react";
import type { Event } from "../../worker/protocol.ts";
import type { DatasetSummary } from "../../worker/summaries.ts";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import { columnScale, drawColumns } from "../plots/column-map.ts";
import type { Palette } from "../plots/palette.ts";
import {
  type Course,
  columnOf,
  courseRange,
  drawCourses,
  drawSymbols,
  drawTimeLabels,
  largestAt,
  visibleSymbol,
  writtenRange,
} from "../plots/strip.ts";
import { Canvas } from "./canvas.tsx";
import ground from "./gates.module.css";
import styles from "./probe-strip.module.css";

/** The probe part of a snapshot. */
export type Probe = Extract<Event, { readonly type: "snapshot" }>["probe"];

/** Names and units of the columns, and the labels of the output classes. */
export type ProbeNames = Pick<DatasetSummary, "inputColumns" | "targetColumns" | "labels">;

/** `t` marks the cursor's step, counted from 0. */
export interface ProbeStripProps {
  readonly probe: Probe;
  readonly names: ProbeNames;
  readonly palette: Palette;
  readonly t: number | null;
}

/** More input columns than this would be too thin to read. */
const COLUMNS_DRAWN = 4;
/** From this many columns on they are drawn as one map, a row of pixels each. */
const COLUMNS_MAPPED = 16;

/** The strip above the gate views. */
export function ProbeStrip({ probe, names, palette, t: step }: ProbeStripProps) {
  const symbols = probe.inputs.length === 0;
  const mapped = names.inputColumns.length >= COLUMNS_MAPPED;
  const left = symbols || mapped ? 0 : names.inputColumns.length - COLUMNS_DRAWN;
  const mark = step === null ? null : { left: `${(step / probe.length) * 100}%`, width: `${100 / probe.length}%` };
  const InputColumns = mapped ? InputMap : InputCourses;
  return (
    <div className={styles.strip}>
      {symbols ? (
        <SymbolRow label={t("probe.input")} symbols={probe.labels} faint={null} palette={palette} mark={mark} />
      ) : (
        <InputColumns probe={probe} names={names} palette={palette} mark={mark} />
      )}
      <OutputRow probe={probe} names={names} palette={palette} mark={mark} />
      {symbols ? null : <TimeRow labels={probe.labels} palette={palette} />}
      {left > 0 ? <p className={styles.note}>{t("probe.moreColumns", { count: left })}</p> : null}
    </div>
  );
}

type Mark = { readonly left: string; readonly width: string } | null;

interface SymbolRowProps {
  readonly label: string;
  readonly symbols: readonly string[];
  readonly faint: readonly boolean[] | null;
  readonly palette: Palette;
  readonly mark: Mark;
}

function SymbolRow({ label, symbols, faint, palette, mark }: SymbolRowProps) {
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D, ratio: number) =>
      drawSymbols(context, symbols, faint, { palette, ratio }),
    [symbols, faint, palette],
  );
  const words = symbols.map((symbol, step) =>
    faint?.[step] ? t("probe.wrong", { symbol: visibleSymbol(symbol) }) : visibleSymbol(symbol),
  );
  return (
    <div className={ground.row}>
      <span className={styles.label}>
        <span>{label}</span>
        {faint ? <span className={styles.range}>{t("probe.faint")}</span> : null}
      </span>
      <div className={ground.plot}>
        {mark ? <span className={styles.mark} style={mark} /> : null}
        <Canvas draw={draw} label={`${label}: ${words.join(" ")}`} className={styles.symbols} />
      </div>
    </div>
  );
}

interface CourseRowProps {
  readonly label: string;
  readonly unit: string;
  readonly courses: readonly Course[];
  readonly className: string;
  readonly mark: Mark;
}

function CourseRow({ label, unit, courses, className, mark }: CourseRowProps) {
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D, ratio: number) => drawCourses(context, courses, ratio),
    [courses],
  );
  const [low, high] = writtenRange(courseRange(courses));
  const ends = { low: formatNumber(low), high: formatNumber(high) };
  const range = unit === "" ? t("probe.range", ends) : t("probe.rangeUnit", { ...ends, unit });
  return (
    <div className={ground.row}>
      <span className={styles.label}>
        <span>{label}</span> <span className={styles.range}>{range}</span>
      </span>
      <div className={ground.plot}>
        {mark ? <span className={styles.mark} style={mark} /> : null}
        <Canvas draw={draw} label={`${label}: ${range}`} className={className} />
      </div>
    </div>
  );
}

interface PartProps {
  readonly probe: Probe;
  readonly names: ProbeNames;
  readonly palette: Palette;
  readonly mark: Mark;
}

function InputCourses({ probe, names, palette, mark }: PartProps) {
  const { inputs } = probe;
  const rows = useMemo(
    () =>
      names.inputColumns.slice(0, COLUMNS_DRAWN).map((column, index) => ({
        column,
        courses: [{ values: columnOf(inputs, index, names.inputColumns.length), color: palette.inkSoft }],
      })),
    [inputs, names.inputColumns, palette],
  );
  return rows.map(({ column, courses }) => (
    <CourseRow
      key={column.name}
      label={column.name}
      unit={column.unit}
      courses={courses}
      className={`${styles.course}`}
      mark={mark}
    />
  ));
}

/** Many columns as one map, each scaled as the network reads it. */
function InputMap({ probe, names, palette, mark }: PartProps) {
  const { inputs, length } = probe;
  const { inputColumns } = names;
  const map = useMemo(
    () => ({
      steps: length,
      values: Float32Array.from(inputs, (value, i) => {
        const { mean, deviation } = inputColumns[i % inputColumns.length]?.scaling ?? { mean: 0, deviation: 1 };
        return (value - mean) / deviation;
      }),
    }),
    [inputs, length, inputColumns],
  );
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D) => drawColumns(context, map, palette.scheme),
    [map, palette],
  );
  const label = t("probe.map", { count: inputColumns.length });
  const range = t("probe.mapRange", { high: formatNumber(columnScale(map, palette.scheme).high) });
  return (
    <div className={ground.row}>
      <span className={styles.label}>
        <span>{label}</span> <span className={styles.range}>{range}</span>
      </span>
      <div className={ground.plot}>
        {mark ? <span className={styles.mark} style={mark} /> : null}
        <Canvas draw={draw} label={`${label}: ${range}`} className={styles.map} />
      </div>
    </div>
  );
}

/** What the head says at each step: its likeliest class, or its value beside the target. */
function OutputRow({ probe, names, palette, mark }: PartProps) {
  const classes = names.labels.length;
  const expected = useMemo(() => {
    if (classes === 0) return null;
    // Where the model says nothing, as while it reads a source, the row is empty.
    const ids = Array.from({ length: probe.length }, (_, step) =>
      Number.isNaN(probe.outputs[step * classes]) ? null : largestAt(probe.outputs, step, classes),
    );
    const known = probe.targets.length === probe.length;
    return {
      symbols: ids.map((id) => (id === null ? "" : (names.labels[id] ?? ""))),
      faint: known ? ids.map((id, step) => id !== null && id !== probe.targets[step]) : null,
    };
  }, [probe, names.labels, classes]);
  const courses = useMemo(() => {
    const columns = names.targetColumns.length;
    if (columns === 0) return null;
    const predicted = { values: columnOf(probe.outputs, 0, columns), color: palette.validation };
    const actual = { values: columnOf(probe.targets, 0, columns), color: palette.ink, dashed: true };
    return probe.targets.length === 0 ? [predicted] : [actual, predicted];
  }, [probe, names.targetColumns, palette]);
  if (expected) {
    return <SymbolRow label={t("probe.expects")} {...expected} palette={palette} mark={mark} />;
  }
  const column = names.targetColumns[0];
  if (!courses || !column) return null;
  return (
    <>
      <CourseRow
        label={t("probe.target", { column: column.name })}
        unit={column.unit}
        courses={courses}
        className={`${styles.course} ${styles.pair}`}
        mark={mark}
      />
      <div className={ground.row}>
        <span />
        <CourseLegend palette={palette} known={courses.length > 1} />
      </div>
    </>
  );
}

function CourseLegend({ palette, known }: { readonly palette: Palette; readonly known: boolean }) {
  return (
    <span className={styles.note}>
      <span style={{ color: palette.validation }}>━</span> {t("probe.predicted")}
      {known ? ` · ╌ ${t("probe.actual")}` : null}
    </span>
  );
}

function TimeRow({ labels, palette }: { readonly labels: readonly string[]; readonly palette: Palette }) {
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D, ratio: number) => drawTimeLabels(context, labels, palette, ratio),
    [labels, palette],
  );
  const words = t("probe.range", { low: labels[0] ?? "", high: labels.at(-1) ?? "" });
  return (
    <div className={ground.row}>
      <span />
      <div className={ground.plot}>
        <Canvas draw={draw} label={words} className={styles.times} />
      </div>
    </div>
  );
}

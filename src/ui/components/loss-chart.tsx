/**
 * Training and validation loss by step. The curves come from the run's series and are drawn in an animation frame; React
 * renders only the controls, the readout and, at most once a second, the sentence that says the same in words.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import { clipShares } from "../plots/clip-shares.ts";
import type { ChartMark, LineChart, LineChartOptions } from "../plots/line-chart.ts";
import { firstNotFinite, type LossCourse, type LossRows, lossRows, POINT_LIMIT } from "../plots/loss-curves.ts";
import type { Palette } from "../plots/palette.ts";
import type { RunSeries } from "../series.ts";
import controls from "../styles/controls.module.css";
import layout from "../styles/layout.module.css";
import { Button } from "./button.tsx";
import { ChartFrame } from "./chart-frame.tsx";
import { ClipWords } from "./clip-words.tsx";
import { CheckField, RangeField } from "./fields.tsx";
import { LossWords } from "./loss-words.tsx";
import { EmptyView, Panel } from "./panel.tsx";
import styles from "./results.module.css";
import { usePalette } from "./use-palette.ts";

/** `series` is the run's curves, read but never written here; `onExport` writes the CSV. */
export interface LossChartProps {
  readonly series: RunSeries;
  readonly onExport: () => void;
}

const SMOOTHING = { minimum: 0, maximum: 0.99, scale: "linear", integer: false } as const;
const FIRST_SMOOTHING = 0.9;
/** Digits of a loss under the cursor. */
const LOSS_DIGITS = 5;
/** Least time between two renderings of the sentence under the chart. */
const WORDS_MS = 1000;

type Zoom = readonly [number, number] | null;

/** Chart, controls, readout and words. */
export function LossChart({ series, onExport }: LossChartProps) {
  const [beta, setBeta] = useState(FIRST_SMOOTHING);
  const [logarithmic, setLogarithmic] = useState(false);
  const [zoom, setZoom] = useState<Zoom>(null);
  const course = useCourse(series);
  const empty = course.loss.length === 0 && course.evaluations.length === 0;
  return (
    <Panel title={t("loss.title")} aside={zoom ? undefined : t("loss.zoomHint")}>
      <div className={layout.toolbar}>
        <div className={styles.slider}>
          <RangeField
            label={t("loss.smoothing")}
            range={SMOOTHING}
            value={beta}
            shown={formatNumber(beta)}
            onChange={setBeta}
          />
        </div>
        <CheckField label={t("loss.logAxis")} checked={logarithmic} onChange={setLogarithmic} />
        {zoom ? <Button onClick={() => setZoom(null)}>{t("loss.reset")}</Button> : null}
        <span className={layout.spacer}>
          <Button disabled={empty} onClick={onExport}>
            {t("loss.export")}
          </Button>
        </span>
      </div>
      {empty ? (
        <EmptyView>{t("loss.empty")}</EmptyView>
      ) : (
        <Curves series={series} beta={beta} logarithmic={logarithmic} zoom={zoom} onZoom={setZoom} />
      )}
      <LossWords course={course} />
      <ClipWords shares={clipShares(series.values("clipFactor"), series.values("clippedShare"))} />
    </Panel>
  );
}

const courseOf = (series: RunSeries): LossCourse => ({
  first: series.first,
  loss: series.values("loss"),
  evaluations: series.evaluations,
  best: series.best,
});

/** The curves for what React renders: at once when they begin or end, else at most every second. */
function useCourse(series: RunSeries): LossCourse {
  const [course, setCourse] = useState(() => courseOf(series));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shown = -1;
    const show = () => {
      timer = undefined;
      shown = series.count;
      setCourse(courseOf(series));
    };
    const changed = () => {
      const edge = shown === 0 || series.count === 0;
      if (edge) show();
      else timer ??= setTimeout(show, WORDS_MS);
    };
    show();
    const leave = series.subscribe(changed);
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [series]);
  return course;
}

interface CurvesProps {
  readonly series: RunSeries;
  readonly beta: number;
  readonly logarithmic: boolean;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
}

function Curves({ series, beta, logarithmic, zoom, onZoom }: CurvesProps) {
  const palette = usePalette();
  const [reading, setReading] = useState<string | null>(null);
  const chart = useRef<LineChart | null>(null);
  const drawn = useRef<LossRows>(NO_ROWS);
  const draw = useCallback(() => {
    const course = courseOf(series);
    const rows = lossRows(course, { beta, zoom, limit: POINT_LIMIT });
    drawn.current = rows;
    chart.current?.setRows([rows.steps, rows.raw, rows.smooth, rows.validation], marksOf(course, palette), zoom);
  }, [series, beta, zoom, palette]);
  const latestDraw = useRef(draw);
  useEffect(() => {
    latestDraw.current = draw;
    let frame = requestAnimationFrame(draw);
    const leave = series.subscribe(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
      leave();
    };
  }, [series, draw]);
  const options = useMemo(() => {
    const read = (row: number | null) => setReading(row === null ? null : readingOf(drawn.current, row));
    return chartOptions(palette, logarithmic, read, onZoom);
  }, [palette, logarithmic, onZoom]);
  const takeChart = useCallback((made: LineChart | null) => {
    chart.current = made;
    if (made) latestDraw.current();
  }, []);
  return (
    <>
      <ChartFrame label={t("loss.chart")} keys={t("loss.keys")} options={options} onChart={takeChart} />
      <output className={`${styles.readout} ${controls.help}`}>{reading ?? t("loss.idle")}</output>
    </>
  );
}

const NO_ROWS: LossRows = { steps: [], raw: [], smooth: [], validation: [] };

function chartOptions(
  palette: Palette,
  logarithmic: boolean,
  onCursor: (row: number | null) => void,
  onZoom: (zoom: Zoom) => void,
): LineChartOptions {
  return {
    palette,
    logarithmic,
    onCursor,
    onZoom,
    lines: [
      { label: t("loss.train"), color: palette.train, width: 1, faint: true },
      { label: t("loss.smooth"), color: palette.train, width: 2 },
      { label: t("loss.validation"), color: palette.validation, width: 1.5, points: true },
    ],
  };
}

function marksOf(course: LossCourse, palette: Palette): readonly ChartMark[] {
  const marks: ChartMark[] = [];
  const broken = firstNotFinite(course);
  if (course.best) {
    const { step } = course.best;
    marks.push({ x: step, label: t("loss.best", { step }), color: palette.inkSoft });
  }
  if (broken !== null) marks.push({ x: broken, label: t("loss.notFinite", { step: broken }), color: palette.danger });
  return marks;
}

/** The numbers of one row as a sentence, or null where the row is gone. */
function readingOf(rows: LossRows, row: number): string | null {
  const step = rows.steps[row];
  if (step === undefined) return null;
  const shown = (value: number | null | undefined) => value?.toPrecision(LOSS_DIGITS) ?? t("loss.none");
  return t("loss.readout", {
    step,
    train: shown(rows.raw[row]),
    smooth: shown(rows.smooth[row]),
    validation: shown(rows.validation[row]),
  });
}

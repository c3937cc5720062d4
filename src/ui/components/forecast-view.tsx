/** Forecast against truth over the test rows, for series: three lines and the errors in the user's unit. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Column } from "../../core/task.ts";
import type { TaskResult } from "../../worker/summaries.ts";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import type { LineChart, LineChartOptions } from "../plots/line-chart.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { ChartFrame } from "./chart-frame.tsx";
import styles from "./results.module.css";
import { usePalette } from "./use-palette.ts";

/** Predictions over the test rows. */
export type Forecast = Extract<TaskResult, { readonly kind: "forecast" }>;

/** `column` is the target that the forecast is of. */
export interface ForecastViewProps {
  readonly forecast: Forecast;
  readonly column: Column;
}

/** Digits of a value under the cursor. */
const VALUE_DIGITS = 4;

/** The chart with its readout; errors stand in `MetricsTable`. */
export function ForecastView({ forecast, column }: ForecastViewProps) {
  const palette = usePalette();
  const [row, setRow] = useState<number | null>(null);
  const [zoom, setZoom] = useState<readonly [number, number] | null>(null);
  const [chart, setChart] = useState<LineChart | null>(null);
  const labels = useRef(forecast.labels);
  const options = useMemo(
    (): LineChartOptions => ({
      palette,
      logarithmic: false,
      onCursor: setRow,
      onZoom: setZoom,
      tickLabel: (x) => labels.current[x] ?? "",
      lines: [
        { label: t("result.truth"), color: palette.inkSoft, width: 1.25 },
        { label: t("result.latest"), color: palette.train, width: 1.25, dashed: true },
        { label: t("result.best"), color: palette.validation, width: 1.75 },
      ],
    }),
    [palette],
  );
  const rows = useMemo(() => {
    const { truth, latest, best } = forecast;
    const x = Array.from(truth, (_, index) => index);
    return [x, finite(truth), finite(latest), finite(best)] as const;
  }, [forecast]);
  useEffect(() => {
    labels.current = forecast.labels;
    chart?.setRows(rows, [], zoom);
  }, [chart, forecast, rows, zoom]);
  return (
    <>
      <ChartFrame
        label={t("forecast.chart", { column: column.name })}
        keys={t("forecast.keys")}
        options={options}
        onChart={setChart}
      />
      <output className={`${styles.readout} ${controls.help}`}>{readingOf(forecast, column, row)}</output>
      {zoom ? (
        <Button weight="quiet" onClick={() => setZoom(null)}>
          {t("forecast.reset")}
        </Button>
      ) : null}
    </>
  );
}

const finite = (values: Float32Array): readonly (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : null));

function readingOf(forecast: Forecast, column: Column, row: number | null): string {
  const truth = row === null ? undefined : forecast.truth[row];
  if (row === null || truth === undefined) {
    return t("forecast.summary", { column: column.name, count: forecast.truth.length });
  }
  const shown = (value: number | undefined) => `${value?.toPrecision(VALUE_DIGITS) ?? ""} ${column.unit}`.trim();
  return t("forecast.readout", {
    label: forecast.labels[row] ?? formatNumber(row + 1),
    truth: shown(truth),
    best: shown(forecast.best[row]),
    latest: shown(forecast.latest[row]),
  });
}

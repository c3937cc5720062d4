/** The task's test metrics of the best and the latest parameters beside what a model without memory reaches. */
import type { DatasetSummary } from "../../worker/summaries.ts";
import { formatPercent, formatTwoDecimals } from "../i18n/format.ts";
import { isMessageKey, t, translate } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";

type Metrics = Readonly<Record<string, number>>;

/** `unit` belongs to errors in the user's unit (°C), null for bare metrics. Metrics that only one row has are left blank. */
export interface MetricsTableProps {
  readonly baseline: DatasetSummary["baseline"];
  readonly latest: Metrics;
  readonly best: Metrics;
  readonly step: number;
  readonly bestStep: number;
  readonly unit: string | null;
}

/** Metrics where larger is better; all others are errors. Accuracy is a share of cases and is read in per cent. */
const LARGER_IS_BETTER: readonly string[] = ["accuracy", "top3", "top5", "f1", "auc", "r2"];
/** Shares of the answers, shown per cent. */
const SHARES: readonly string[] = ["accuracy", "wholeAccuracy", "top3", "top5"];

/** Baseline, best and latest by row; metrics by column. */
export function MetricsTable({ baseline, latest, best, step, bestStep, unit }: MetricsTableProps) {
  const names = [...new Set([...Object.keys(latest), ...Object.keys(baseline.metrics)])];
  const rows = [
    { label: t(`result.baseline.${baseline.name}`), metrics: baseline.metrics, compared: false },
    { label: t("result.bestAt", { step: bestStep }), metrics: best, compared: true },
    { label: t("result.latestAt", { step }), metrics: latest, compared: true },
  ];
  return (
    <div className={controls.scroll}>
      <table className={controls.table}>
        <caption>{t("result.tableCaption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("result.model")}</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {metricLabel(name, unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              {names.map((name) => (
                <td key={name}>
                  {shown(name, row.metrics[name])}
                  {row.compared ? (
                    <Comparison name={name} value={row.metrics[name]} than={baseline.metrics[name]} />
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function metricLabel(name: string, unit: string | null): string {
  const key = `result.metric.${name}`;
  const metric = isMessageKey(key) ? translate(key, {}) : name;
  const inUnits = name === "mae" || name === "rmse";
  return inUnits && unit !== null && unit !== "" ? t("result.metricUnit", { metric, unit }) : metric;
}

function shown(name: string, value: number | undefined): string {
  if (value === undefined) return "";
  return SHARES.includes(name) ? formatPercent(value) : formatTwoDecimals(value);
}

interface ComparisonProps {
  readonly name: string;
  readonly value: number | undefined;
  readonly than: number | undefined;
}

/** How far an error lies under or over the baseline's, in per cent of it. Where larger is better a ratio would say little. */
function Comparison({ name, value, than }: ComparisonProps) {
  if (value === undefined || than === undefined || than === 0 || LARGER_IS_BETTER.includes(name)) return null;
  const share = value / than - 1;
  const percent = formatPercent(Math.abs(share));
  return (
    <span className={controls.unit}>
      {" "}
      {share <= 0 ? t("result.betterBy", { percent }) : t("result.worseBy", { percent })}
    </span>
  );
}

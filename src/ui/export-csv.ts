/**
 * What the page shows as CSV text (RFC 4180, CRLF): gates in long rows, losses by step. Layers, steps t and units count
 * from 1, as on the page; values keep nine significant digits, which is what restores an f32 exactly.
 */
import type { GateView } from "../worker/summaries.ts";
import type { RunSeries } from "./series.ts";

/** The part of a snapshot that is written. Values of each view are [T, H]. */
export interface GateTable {
  readonly step: number;
  readonly probe: { readonly length: number; readonly labels: readonly string[] };
  readonly layers: readonly { readonly views: readonly GateView[] }[];
}

/** What the table's layers are called; see `partName`. */
type PartNames = readonly string[];

/** Significant digits that tell any two f32 apart. */
const FLOAT_DIGITS = 9;
const LINE_END = "\r\n";

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const number = (value: number | undefined): string => {
  if (value === undefined) return "";
  return Number.isFinite(value) ? String(Number(value.toPrecision(FLOAT_DIGITS))) : String(value);
};

/**
 * One row per (layer, t, unit) with a column per view; a layer that lacks a view leaves its cell empty. With `showKeep`
 * the column z is written as 1 − z under the name `1-z`, as the page shows it then.
 */
export function gatesCsv(table: GateTable, parts: PartNames, showKeep: boolean): string {
  const names = [...new Set(table.layers.flatMap((layer) => layer.views.map((view) => view.name)))];
  const shownNames = names.map((name) => (showKeep && name === "z" ? "1-z" : name));
  const lines = [["step", "layer", "t", "label", "unit", ...shownNames].map(cell).join(",")];
  const steps = table.probe.length;
  table.layers.forEach((layer, index) => {
    const units = (layer.views[0]?.values.length ?? 0) / steps;
    const views = names.map((name) => layer.views.find((view) => view.name === name));
    for (let t = 0; t < steps; t++) {
      const place = `${table.step},${cell(parts[index] ?? "")},${t + 1},${cell(table.probe.labels[t] ?? "")}`;
      for (let unit = 0; unit < units; unit++) {
        const values = views.map((view) => {
          const value = view?.values[t * units + unit];
          return number(showKeep && view?.name === "z" && value !== undefined ? 1 - value : value);
        });
        lines.push(`${place},${unit + 1},${values.join(",")}`);
      }
    }
  });
  return lines.join(LINE_END) + LINE_END;
}

/** One row per training step, and at evaluated steps the validation loss; a value that is not there is an empty cell. */
export function lossCsv(series: RunSeries): string {
  const validation = new Map(series.evaluations.map((point) => [point.step, point.validationLoss]));
  const last = Math.max(series.first + series.count - 1, series.evaluations.at(-1)?.step ?? 0);
  const first = Math.min(series.count > 0 ? series.first : last, series.evaluations[0]?.step ?? last);
  const columns = [
    series.values("loss"),
    series.values("norm"),
    series.values("clipFactor"),
    series.values("clippedShare"),
    series.values("learningRate"),
  ];
  const lines = ["step,train_loss,validation_loss,gradient_norm,clip_factor,clipped_share,learning_rate"];
  for (let step = first; step <= last; step++) {
    const [loss, ...rest] = columns.map((column) => number(column[step - series.first]));
    if (loss === "" && !validation.has(step)) continue;
    lines.push([step, loss, number(validation.get(step)), ...rest].join(","));
  }
  return lines.join(LINE_END) + LINE_END;
}

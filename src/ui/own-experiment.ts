/** First experiments on the user's own data: the settings of the built-in task of the same kind, with the file in place. */
import type { Experiment, OwnFileReference } from "../core/experiment.ts";
import { type AppState, type InspectedFile, presetOf } from "./app-state.ts";
import { withValue } from "./edit-experiment.ts";

/** Steps of a window of running text: a line or so. */
const TEXT_LENGTH = 64;
/** Most columns of a series on either side; the schema's limit. */
export const COLUMN_LIMIT = 256;

function finished(outcome: ReturnType<typeof withValue>): Experiment | null {
  return outcome.ok ? outcome.experiment : null;
}

/** A character model of the user's text; null before the worker has said its presets. */
export function ownTextExperiment(state: AppState, file: OwnFileReference): Experiment | null {
  const preset = presetOf(state, "english-spelling");
  if (!preset) return null;
  const training = { ...preset.training, length: TEXT_LENGTH };
  return finished(withValue({ ...preset, training }, "task", { name: "own-text", file }));
}

/** Which columns of a table are read and which are forecast, by name. */
export interface ColumnTicks {
  readonly inputs: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
}

/** True when there is something to read and something to forecast, within the schema's limit. */
export function isComplete({ inputs, targets }: ColumnTicks): boolean {
  return [inputs, targets].every(({ size }) => size >= 1 && size <= COLUMN_LIMIT);
}

/** A forecast of the ticked columns; null when the ticks are not complete. */
export function ownSeriesExperiment(state: AppState, file: OwnFileReference, ticks: ColumnTicks): Experiment | null {
  const preset = presetOf(state, "seattle-weather");
  if (!preset) return null;
  const { inputs, targets } = ticks;
  return finished(withValue(preset, "task", { name: "own-series", file, inputs: [...inputs], targets: [...targets] }));
}

/** Ticks to begin with: every numeric column is read, the last one is forecast. */
export function firstTicks(preview: Extract<InspectedFile["preview"], { readonly kind: "series" }>): ColumnTicks {
  const numeric = preview.columns.filter(({ refusal }) => refusal === null).map((column) => column.name);
  return { inputs: new Set(numeric.slice(0, COLUMN_LIMIT)), targets: new Set(numeric.slice(-1)) };
}

/** The same ticks with one turned over. */
export function toggled(ticks: ColumnTicks, side: keyof ColumnTicks, name: string): ColumnTicks {
  const names = new Set(ticks[side]);
  if (!names.delete(name)) names.add(name);
  return { ...ticks, [side]: names };
}

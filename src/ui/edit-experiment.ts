/**
 * Editing an experiment as a form does: text in, a new experiment or a refusal out. Nothing is clamped and the schema has
 * the last word, so what a control accepts is exactly what a link or a file may say. Pure; the experiment that came in is
 * never changed.
 */
import * as v from "valibot";
import { type Experiment, type ExperimentIssue, parseExperiment } from "../core/experiment.ts";
import { FIELD_RANGES, type FieldName, type FieldRange } from "../core/fields.ts";
import { type InitialisationChoice, USUAL_INITIALISATION } from "../core/initialisation-choice.ts";
import {
  defaultLayer,
  hasMemoryGate,
  initialMemoryOf,
  isRecurrent,
  type LayerChoice,
  type LayerKind,
  LayerSchema,
  looksAhead,
} from "../core/layer-choice.ts";
import { type OptimizerChoice, USUAL_OPTIMIZERS } from "../core/optimizer-choice.ts";
import { canCarryState, fixedHead, fixedLength, mayLookAhead } from "../core/task-rules.ts";

/** One numeric field of one experiment: `layer` counts from 0 and is null for fields that are not of a layer. */
export interface FieldPlace {
  readonly field: FieldName;
  readonly layer: number | null;
}

/** Why a text is refused; the control adds the range. */
export type Refusal = "not-a-number" | "not-whole" | "out-of-range";

/** A number out of a text field, or why not. */
export type NumberOutcome =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly reason: Refusal };

/** An edited experiment, or the schema's objections. */
export type EditOutcome =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly issues: readonly ExperimentIssue[] };

/** Key of a place, with the layer's index filled in: `model.layers.1.units`. Also the id of its control. */
export function pathOf(place: FieldPlace): string {
  return FIELD_RANGES[place.field].path.replace("[]", `.${place.layer ?? 0}`);
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
/** Whole numbers as the page itself writes them: `1,024`. With a decimal point, a comma could mean either. */
const GROUPED = /^\d{1,3}(,\d{3})+$/;

/** Reads what a person typed. Hexadecimal, blanks and words are no numbers here, whatever `Number` thinks of them. */
export function parseNumber(text: string, range: Pick<FieldRange, "minimum" | "maximum" | "integer">): NumberOutcome {
  const typed = text.trim();
  const trimmed = range.integer && GROUPED.test(typed) ? typed.replaceAll(",", "") : typed;
  if (!DECIMAL.test(trimmed)) return { ok: false, reason: "not-a-number" };
  const value = Number(trimmed);
  if (value < range.minimum || value > range.maximum) return { ok: false, reason: "out-of-range" };
  if (range.integer && !Number.isInteger(value)) return { ok: false, reason: "not-whole" };
  return { ok: true, value };
}

/** The shortest text that reads back as the same number, in the way people write small rates (`0.003`, `1e-8`). */
export function showNumber(value: number): string {
  const plain = String(value);
  return plain.length > 7 && Math.abs(value) < 1e-3 ? value.toExponential().replace("e-0", "e-") : plain;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(value)) return valueAt(value[Number(key)], rest);
  return isRecord(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined;
}

function replacedAt(value: unknown, keys: readonly string[], next: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return next;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === Number(key) ? replacedAt(item, rest, next) : item));
  }
  return isRecord(value) ? { ...value, [key]: replacedAt(value[key], rest, next) } : value;
}

/** True where the experiment has a number at a dotted path. */
export function hasNumber(experiment: Experiment, path: string): boolean {
  return typeof valueAt(experiment, path.split(".")) === "number";
}

/**
 * The number at a place: also one that is left out and means something all the same; null where a field is switched off
 * (clipping), undefined where the experiment has no such field.
 */
export function numberAt(experiment: Experiment, place: FieldPlace): number | null | undefined {
  const value = valueAt(experiment, pathOf(place).split("."));
  if (typeof value === "number" || value === null) return value;
  return FIELD_RANGES[place.field].whenLeftOut ?? undefined;
}

/** A layer that leaves a field out, which then means what it means in every document. */
function without(layer: LayerChoice, field: "direction" | "returnSequences"): LayerChoice {
  return isRecurrent(layer) ? { ...layer, [field]: undefined } : layer;
}

/** Fields that the task dictates follow it: a lag of 20 means windows of 21 steps, and no control for the length. */
function obeyingTask(experiment: Experiment): Experiment {
  const { task, model, training } = experiment;
  const length = fixedLength(task) ?? training.length;
  const head = fixedHead(task) ?? model.head;
  const state = canCarryState(task) ? training.state : "fresh";
  const ahead = looksAhead(model.layers) && !mayLookAhead(task, head);
  if (length === training.length && head === model.head && state === training.state && !ahead) return experiment;
  const layers = ahead ? model.layers.map((layer) => without(layer, "direction")) : model.layers;
  return { ...experiment, model: { ...model, head, layers }, training: { ...training, length, state } };
}

/**
 * The experiment with one value replaced, if the schema agrees. `path` is dotted, as in the schema's refusals. What the
 * task dictates is set along.
 */
export function withValue(experiment: Experiment, path: string, value: unknown): EditOutcome {
  const parsed = parseExperiment(replacedAt(experiment, path.split("."), value));
  return parsed.ok ? { ok: true, experiment: obeyingTask(parsed.experiment) } : parsed;
}

/** The experiment with another number at a place; one that a document means without saying it is left out. */
export function withNumber(experiment: Experiment, place: FieldPlace, value: number): EditOutcome {
  return withValue(experiment, pathOf(place), value === FIELD_RANGES[place.field].whenLeftOut ? undefined : value);
}

/** What "reset to default" goes back to: the task's preset where it has the field, else the field table. */
export function defaultAt(preset: Experiment | null, place: FieldPlace): number {
  const ofPreset = preset ? numberAt(preset, place) : undefined;
  return ofPreset ?? FIELD_RANGES[place.field].default;
}

/** The experiment with an output at other steps. At every step no layer may keep its sequence to itself. */
export function withHead(experiment: Experiment, head: Experiment["model"]["head"]): EditOutcome {
  const { model } = experiment;
  const layers = head === "every" ? model.layers.map((layer) => without(layer, "returnSequences")) : model.layers;
  return withValue(experiment, "model", { ...model, head, layers });
}

/** The experiment with a copy of its last layer on top, to which every layer below hands its sequence. */
export function withLayerAdded(experiment: Experiment): EditOutcome {
  const layers = experiment.model.layers.map((layer) => without(layer, "returnSequences"));
  return withValue(experiment, "model.layers", [...layers, ...layers.slice(-1)]);
}

/** The experiment without its layer `index`. */
export function withLayerRemoved(experiment: Experiment, index: number): EditOutcome {
  return withValue(
    experiment,
    "model.layers",
    experiment.model.layers.filter((_, at) => at !== index),
  );
}

/** The experiment with another kind of layer `index`, as wide as before. Settings that both kinds have are kept. */
export function withCell(experiment: Experiment, index: number, kind: LayerKind): EditOutcome {
  const layers = experiment.model.layers.map((layer, at) => {
    if (at !== index) return layer;
    let made = defaultLayer(kind, layer.units);
    // One by one, because a value of one kind may mean nothing to another: a GRU is never linear.
    for (const [key, value] of Object.entries(layer)) {
      const parsed = v.safeParse(LayerSchema, key === "cell" ? made : { ...made, [key]: value });
      if (parsed.success) made = parsed.output;
    }
    return made;
  });
  return withValue(experiment, "model.layers", layers);
}

/** The experiment with another optimizer at its usual numbers. */
export function withOptimizer(experiment: Experiment, name: OptimizerChoice["name"]): EditOutcome {
  return withValue(experiment, "training.optimizer", USUAL_OPTIMIZERS[name]);
}

/** The experiment with another start of its weights; it says nothing of the usual one, as if it had never been asked. */
export function withInitialisation(experiment: Experiment, change: Partial<InitialisationChoice>): EditOutcome {
  const choice = { ...USUAL_INITIALISATION, ...experiment.model.initialisation, ...change };
  const { input, recurrent } = USUAL_INITIALISATION;
  const usual = choice.input === input && choice.recurrent === recurrent;
  return withValue(experiment, "model.initialisation", usual ? undefined : choice);
}

/** From this lag on, a cell that starts with b_z = 0 stays at chance; measured, see `docs/equations.md`. */
const LONG_LAG_STEPS = 32;

/** True where "initial memory" acts on some layer. */
export function hasInitialMemory({ model }: Experiment): boolean {
  return model.layers.some(hasMemoryGate);
}

/** True where the page should offer initial memory 1: a recall task too long for a cell that starts half open. */
export function wantsInitialMemory(experiment: Experiment): boolean {
  const { task, model } = experiment;
  return (
    hasInitialMemory(experiment) &&
    task.name === "delayed-recall" &&
    task.lag >= LONG_LAG_STEPS &&
    model.layers.every((layer) => !hasMemoryGate(layer) || initialMemoryOf(layer, model) < 1)
  );
}

const isLive = (path: string): boolean =>
  Object.values(FIELD_RANGES).some((range) => range.acts === "live" && range.path === path);

function collect(current: unknown, draft: unknown, path: string, found: string[]): void {
  const both = Array.isArray(current) && Array.isArray(draft) && current.length === draft.length;
  if (both || (isRecord(current) && isRecord(draft))) {
    for (const key of new Set([...Object.keys(current), ...Object.keys(draft)])) {
      collect(valueAt(current, [key]), valueAt(draft, [key]), path === "" ? key : `${path}.${key}`, found);
    }
  } else if (current !== draft && JSON.stringify(current) !== JSON.stringify(draft)) {
    found.push(path);
  }
}

/** Dotted paths at which `draft` asks for another run than `current`; live fields act at once and are left out. */
export function restartChanges(current: Experiment, draft: Experiment): readonly string[] {
  const found: string[] = [];
  collect(current, draft, "", found);
  return found.filter((path) => !isLive(path));
}

/**
 * The experiment: one JSON document that says everything about a run (task, model, training, seed). It is untrusted
 * wherever it comes from (link, file, form), so it enters only through `parseExperiment`, which refuses with the path,
 * what was expected and what came, and never clamps or fills in a wrong value.
 */
import * as v from "valibot";
import { DecoderSchema } from "./decoder-choice.ts";
import { EarlyStoppingSchema } from "./early-stopping-choice.ts";
import type { FaultCode } from "./errors.ts";
import { FIELD_RANGES, LAYER_COUNT } from "./fields.ts";
import { InitialisationSchema } from "./initialisation-choice.ts";
import { EmbeddingSchema, findStackFault, LayerSchema } from "./layer-choice.ts";
import { LossSchema, ReductionSchema } from "./loss-choice.ts";
import { OptimizerSchema } from "./optimizer-choice.ts";
import { PruningSchema } from "./pruning-choice.ts";
import { ScheduleSchema } from "./schedule-choice.ts";
import { oneOf, ranged, rangedOr } from "./schema-terms.ts";

/** Version written by this build; a larger one is refused with `experiment-newer`. */
export const EXPERIMENT_VERSION = 1;

const OwnFile = v.strictObject({
  name: v.pipe(v.string("a text"), v.maxLength(255, "at most 255 characters")),
  bytes: v.pipe(v.number("a number"), v.safeInteger("a whole number"), v.minValue(0, "0 or more")),
  sha256: v.pipe(v.string("a text"), v.regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")),
});
const Columns = v.pipe(
  v.array(v.pipe(v.string("a text"), v.maxLength(255, "at most 255 characters")), "a list of column names"),
  v.minLength(1, "at least one column"),
  v.maxLength(256, "at most 256 columns"),
);

const TaskSchema = v.variant(
  "name",
  [
    v.strictObject({ name: v.literal("seattle-weather") }),
    v.strictObject({ name: v.literal("english-spelling") }),
    v.strictObject({
      name: v.literal("delayed-recall"),
      symbols: ranged(FIELD_RANGES.symbols),
      lag: ranged(FIELD_RANGES.lag),
    }),
    v.strictObject({ name: v.literal("noisy-waves") }),
    v.strictObject({ name: v.literal("sweep-direction") }),
    v.strictObject({ name: v.literal("reber-grammar") }),
    v.strictObject({ name: v.literal("calendar-dates") }),
    v.strictObject({ name: v.literal("own-text"), file: OwnFile }),
    v.strictObject({ name: v.literal("own-series"), file: OwnFile, inputs: Columns, targets: Columns }),
  ],
  "one of seattle-weather, english-spelling, delayed-recall, noisy-waves, sweep-direction, reber-grammar, calendar-dates, own-text, own-series",
);

const ModelFields = v.strictObject({
  layers: v.pipe(
    v.array(LayerSchema, "a list of layers"),
    v.minLength(LAYER_COUNT.minimum, `at least ${LAYER_COUNT.minimum} layer`),
    v.maxLength(LAYER_COUNT.maximum, `at most ${LAYER_COUNT.maximum} layers`),
  ),
  /** Left out, symbols enter as they are: one of their many inputs is 1. Only for symbols. */
  embedding: v.optional(EmbeddingSchema),
  /** Output of the head at every step, or at the last step only. */
  head: oneOf(["every", "last"]),
  /** Positive values favour remembering, in every cell that has a gate for it. */
  initialMemory: ranged(FIELD_RANGES.initialMemory),
  /** Left out, weights start as usual: `USUAL_INITIALISATION`. */
  initialisation: v.optional(InitialisationSchema),
  /** Behind the layers, in tasks that turn one sequence into another and in no others. */
  decoder: v.optional(DecoderSchema),
});

/** The layers have to make a model together; see `findStackFault`. */
const ModelSchema = v.pipe(
  ModelFields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.layers.length === 0) return;
    const model = dataset.value;
    const fault = findStackFault(model.layers, model.head);
    if (!fault) return;
    const { index, expected } = fault;
    const layers = {
      type: "object",
      origin: "value",
      input: { ...model },
      key: "layers",
      value: model.layers,
    } as const;
    if (index === null) {
      addIssue({ message: expected, input: model.layers, path: [layers] });
      return;
    }
    const layer = { ...model.layers[index] };
    const place = { type: "array", origin: "value", input: model.layers, key: index, value: layer } as const;
    const field = { type: "object", origin: "value", input: layer, key: "returnSequences", value: false } as const;
    addIssue({ message: expected, input: false, path: [layers, place, field] });
  }),
);

const ExperimentSchema = v.strictObject({
  version: v.literal(EXPERIMENT_VERSION, `${EXPERIMENT_VERSION}`),
  task: TaskSchema,
  model: ModelSchema,
  training: v.strictObject({
    loss: v.optional(LossSchema, { name: "fitting" }),
    /** How the losses of single steps become one. */
    reduction: v.optional(ReductionSchema, "mean"),
    optimizer: OptimizerSchema,
    learningRate: ranged(FIELD_RANGES.learningRate),
    /** Factor on the learning rate, step by step. */
    schedule: v.optional(ScheduleSchema, { name: "constant" }),
    /** Largest global gradient norm; null switches clipping off. */
    clipNorm: v.nullable(ranged(FIELD_RANGES.clipNorm)),
    /** Largest single gradient, after clipping by norm; null switches it off. */
    clipValue: v.optional(v.nullable(ranged(FIELD_RANGES.clipValue)), null),
    /** Slope of the L1 penalty on every parameter, added to the clipped gradient. */
    l1: v.optional(ranged(FIELD_RANGES.l1), 0),
    earlyStopping: v.optional(EarlyStoppingSchema, null),
    pruning: v.optional(PruningSchema, null),
    /** Sequences of a step; `all` are those of every training window. */
    batch: rangedOr(FIELD_RANGES.batch, ["all"]),
    /** Steps of a training window; tasks with a fixed length say so and refuse another. */
    length: ranged(FIELD_RANGES.length),
    evaluateEvery: ranged(FIELD_RANGES.evaluateEvery),
    /** Where a window starts: from 0, or in the state in which the window before it ended. */
    state: v.optional(oneOf(["fresh", "carried"]), "fresh"),
    /** Steps after which the backward pass is cut inside a window, the forward pass going on; null cuts nowhere. */
    truncate: v.optional(v.nullable(ranged(FIELD_RANGES.truncate)), null),
    /**
     * Steps between the states that are kept of a window, the rest being computed again for the backward pass; `auto` does
     * so where the device could not hold all steps.
     */
    checkpoint: v.optional(rangedOr(FIELD_RANGES.checkpoint, ["auto", "never"]), "auto"),
  }),
  seed: ranged(FIELD_RANGES.seed),
});

/** A valid experiment. */
export type Experiment = v.InferOutput<typeof ExperimentSchema>;
/** The task part, discriminated by `name`. */
export type TaskChoice = Experiment["task"];
export type TaskName = TaskChoice["name"];
/** Name, size and hash of a file that stays on the user's machine. */
export type OwnFileReference = v.InferOutput<typeof OwnFile>;

/** One refused field: where, what was expected, what came (shortened text). */
export interface ExperimentIssue {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

export type ParsedExperiment =
  | { readonly ok: true; readonly experiment: Experiment }
  | {
      readonly ok: false;
      readonly code: Extract<FaultCode, "experiment-invalid" | "experiment-newer">;
      readonly issues: readonly ExperimentIssue[];
    };

const SHOWN_LENGTH = 60;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** An issue in the words of the refusal "`path` must be `expected`, but is `actual`"; valibot's own are for programmers. */
function describeIssue(issue: v.BaseIssue<unknown>): ExperimentIssue {
  const path = v.getDotPath(issue) ?? "the experiment";
  const { expected, input, message } = issue;
  if (issue.type !== "strict_object") return { path, expected: message, actual: show(input) };
  // A strict object speaks of an unknown field, whose value is at the end of the path, of a missing one, or of itself.
  if (expected === "never") return { path, expected: "left out", actual: show(issue.path?.at(-1)?.value) };
  return { path, expected: expected === "Object" ? "an object" : "given", actual: show(input) };
}

/** Checks an unknown value against the schema; every wrong field is listed. */
export function parseExperiment(value: unknown): ParsedExperiment {
  if (typeof value === "object" && value !== null && "version" in value) {
    const { version } = value;
    if (typeof version === "number" && version > EXPERIMENT_VERSION) {
      const issue = { path: "version", expected: `${EXPERIMENT_VERSION}`, actual: show(version) };
      return { ok: false, code: "experiment-newer", issues: [issue] };
    }
  }
  const result = v.safeParse(ExperimentSchema, value);
  if (result.success) return { ok: true, experiment: result.output };
  return { ok: false, code: "experiment-invalid", issues: result.issues.map(describeIssue) };
}

/** Fields that may change while a run goes on; each change is logged as (step, field, value) and replayed. */
export type LiveField = "learningRate" | "clipNorm" | "clipValue";

/**
 * The JSON part of a saved run: everything but the numbers of its parameters and moments. Like the experiment it is
 * untrusted when a file is opened, so it has a schema; the engine's own types are derived from it.
 */
import * as v from "valibot";
import type { LiveField } from "./experiment.ts";

const step = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const liveFields = ["learningRate", "clipNorm", "clipValue"] as const satisfies readonly LiveField[];

const RunRecordSchema = v.strictObject({
  /** Training steps done. */
  step,
  /** Step at which the moments were last zero: 0, or that of the last return to the best state. */
  momentsSince: step,
  /** Last step at which an evaluation was made by plan, −1 before the first. */
  evaluatedAt: v.pipe(v.number(), v.safeInteger(), v.minValue(-1)),
  /** The lowest validation loss and its step, null before the first evaluation. */
  best: v.nullable(v.strictObject({ step, validationLoss: finite })),
  watch: v.strictObject({
    /** Lowest training loss, null before the first step. */
    bestLoss: v.nullable(finite),
    /** Consecutive steps far above it. */
    highSteps: step,
    /** Best step for which "no longer improving" was said, null when it was not. */
    stalledAt: v.nullable(step),
  }),
  /** What the schedule `plateau` remembers; untouched by other schedules, absent in runs saved before there were any. */
  plateau: v.optional(
    v.strictObject({
      /** Lowest validation loss that counted as better, null before the first evaluation. */
      best: v.nullable(finite),
      /** Evaluations in a row without a better one. */
      waited: step,
      /** Evaluations that are not counted yet after a reduction. */
      coolingFor: step,
      /** Factor on the learning rate. */
      factor: finite,
    }),
    { best: null, waited: 0, coolingFor: 0, factor: 1 },
  ),
  /** What early stopping remembers; absent in runs saved before there was any. */
  earlyStopping: v.optional(
    v.strictObject({
      /** Lowest validation loss that counted as lower, null before the first evaluation. */
      best: v.nullable(finite),
      /** Evaluations in a row without a lower one. */
      waited: step,
      /** Step at which the run last stopped by itself, null when it never did. */
      stoppedAt: v.nullable(step),
    }),
    { best: null, waited: 0, stoppedAt: null },
  ),
  /** Prunings made so far, by rising step; a loss that is not finite is null. Absent in runs saved before there were any. */
  prunings: v.optional(
    v.array(
      v.strictObject({
        step,
        /** Share of each part's weights that is 0 since. */
        share: finite,
        /** Validation loss before and after. */
        lossBefore: v.nullable(finite),
        lossAfter: v.nullable(finite),
        /** Layers and head: `loss` is the validation loss with this part pruned alone. */
        parts: v.array(v.strictObject({ name: v.string(), weights: step, zeros: step, loss: v.nullable(finite) })),
      }),
    ),
    [],
  ),
  /** Steps between the checkpoints of a window, null where all its steps are kept; absent in runs saved before there were any. */
  checkpoint: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), null),
  /** Changes made while the run went on: from training step `step` on, `field` is `value`. By rising step. */
  live: v.array(v.strictObject({ step, field: v.picklist(liveFields), value: v.nullable(finite) })),
});

const PlanSchema = v.record(
  v.string(),
  v.strictObject({ implementation: v.string(), sizes: v.record(v.string(), finite) }),
);

/** Counters, log and choices of a run. */
export type RunRecord = v.InferOutput<typeof RunRecordSchema>;
/** One logged change of a live field. */
export type LiveChange = Readonly<RunRecord["live"][number]>;
/** What the watch over the loss remembers. */
export type WatchState = Readonly<RunRecord["watch"]>;

/** What the schedule `plateau` remembers. */
export type PlateauState = Readonly<RunRecord["plateau"]>;

/** One pruning: when, how much, and what it cost on the validation windows. */
export type PruningReport = RunRecord["prunings"][number];

/** What early stopping remembers. */
export type EarlyStoppingState = Readonly<RunRecord["earlyStopping"]>;

/** Where a value departs from its schema, as a dotted path, or the value itself. */
type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly path: string };

function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): Parsed<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, path: v.getDotPath(result.issues[0]) ?? "" };
}

/** Checks the record of a saved run. */
export function parseRunRecord(value: unknown): Parsed<RunRecord> {
  return parse(RunRecordSchema, value);
}

/** Checks the plan of a saved run for its form only; whether a device can play it is the backend's to say. */
export function parsePlan(value: unknown): Parsed<v.InferOutput<typeof PlanSchema>> {
  return parse(PlanSchema, value);
}

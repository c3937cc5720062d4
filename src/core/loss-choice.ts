/**
 * What a run minimises. `fitting` is the usual loss of the task's targets: squared error of numbers, cross-entropy of
 * classes; the others each suit one kind of target only, and a task refuses one that does not suit it.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged } from "./schema-terms.ts";

/** Every loss with its settings. */
export const LossSchema = v.variant(
  "name",
  [
    v.strictObject({ name: v.literal("fitting") }),
    v.strictObject({ name: v.literal("mae") }),
    v.strictObject({ name: v.literal("huber"), delta: ranged(FIELD_RANGES.delta) }),
    v.strictObject({ name: v.literal("smoothed"), smoothing: ranged(FIELD_RANGES.smoothing) }),
  ],
  "one of fitting, mae, huber, smoothed",
);

/** A loss with its settings. */
export type LossChoice = v.InferOutput<typeof LossSchema>;

/** Each loss at its usual numbers: what presets and the form begin with. */
export const USUAL_LOSSES: {
  readonly [Name in LossChoice["name"]]: Extract<LossChoice, { readonly name: Name }>;
} = {
  fitting: { name: "fitting" },
  mae: { name: "mae" },
  huber: { name: "huber", delta: FIELD_RANGES.delta.default },
  smoothed: { name: "smoothed", smoothing: FIELD_RANGES.smoothing.default },
};

/**
 * What a run minimises. `fitting` is the usual loss of the task's targets: squared error of numbers, cross-entropy of
 * classes; the others each suit one kind of target only, and a task refuses one that does not suit it.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { oneOf, ranged } from "./schema-terms.ts";

/** As many classes as a task may have. */
const CLASS_LIMIT = 4096;

const ClassWeightsSchema = v.union(
  [v.literal("balanced"), v.pipe(v.array(ranged(FIELD_RANGES.classWeight)), v.minLength(1), v.maxLength(CLASS_LIMIT))],
  "balanced, or a list of numbers from 0 to 1000000",
);

/** Weights of classes: one for each class, or `balanced` by their numbers in training. */
export type ClassWeights = v.InferOutput<typeof ClassWeightsSchema>;

/** How the losses of single steps become one. `sequences`: the mean over the steps of each sequence, then over sequences. */
export const ReductionSchema = oneOf(["mean", "sum", "sequences"]);
export type Reduction = v.InferOutput<typeof ReductionSchema>;

/** Every loss with its settings. */
export const LossSchema = v.variant(
  "name",
  [
    v.strictObject({ name: v.literal("fitting") }),
    v.strictObject({ name: v.literal("mae") }),
    v.strictObject({ name: v.literal("huber"), delta: ranged(FIELD_RANGES.delta) }),
    v.strictObject({ name: v.literal("smoothed"), smoothing: ranged(FIELD_RANGES.smoothing) }),
    /** Cross-entropy of classes that have weights, smoothed as PyTorch combines the two. */
    v.strictObject({
      name: v.literal("weighted"),
      weights: ClassWeightsSchema,
      smoothing: ranged(FIELD_RANGES.smoothing),
    }),
    /** Binary cross-entropy in which a yes counts `positiveWeight` times. */
    v.strictObject({ name: v.literal("positive-weight"), positiveWeight: ranged(FIELD_RANGES.positiveWeight) }),
    /** Binary cross-entropy of σ's output instead of the logit: for comparison, its gradient dies where σ saturates. */
    v.strictObject({ name: v.literal("probability") }),
    /** Cross-entropy against a distribution: the target columns are shares that sum to 1. */
    v.strictObject({ name: v.literal("distribution") }),
  ],
  "one of fitting, mae, huber, smoothed, weighted, positive-weight, probability, distribution",
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
  weighted: { name: "weighted", weights: "balanced", smoothing: 0 },
  "positive-weight": { name: "positive-weight", positiveWeight: FIELD_RANGES.positiveWeight.default },
  probability: { name: "probability" },
  distribution: { name: "distribution" },
};

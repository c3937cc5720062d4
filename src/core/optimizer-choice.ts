/**
 * The optimizer part of an experiment. Settings that came later than version 1's first documents are optional on the way
 * in and always there on the way out, so an old link means what it meant.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged, switchedOff } from "./schema-terms.ts";

const weightDecay = v.optional(ranged(FIELD_RANGES.weightDecay), 0);
const moments = {
  beta1: ranged(FIELD_RANGES.beta1),
  beta2: ranged(FIELD_RANGES.beta2),
  epsilon: ranged(FIELD_RANGES.epsilon),
  weightDecay,
  /** Divides by the largest second moment so far. */
  amsgrad: switchedOff(),
};

/** `weightDecay` is added to the gradient (L2), except in adamw, where it shrinks the parameters by itself. */
export const OptimizerSchema = v.variant(
  "name",
  [
    v.strictObject({ name: v.literal("adam"), ...moments }),
    v.strictObject({ name: v.literal("adamw"), ...moments }),
    v.strictObject({
      name: v.literal("rmsprop"),
      alpha: ranged(FIELD_RANGES.alpha),
      epsilon: ranged(FIELD_RANGES.epsilon),
      momentum: ranged(FIELD_RANGES.momentum),
      weightDecay,
      /** Divides by the standard deviation of the gradient instead of its root mean square. */
      centered: switchedOff(),
    }),
    v.strictObject({
      name: v.literal("sgd"),
      momentum: ranged(FIELD_RANGES.momentum),
      weightDecay,
      nesterov: switchedOff(),
    }),
  ],
  "one of adam, adamw, rmsprop, sgd",
);

/** An optimizer with all its settings. */
export type OptimizerChoice = v.InferOutput<typeof OptimizerSchema>;

const adam = {
  beta1: FIELD_RANGES.beta1.default,
  beta2: FIELD_RANGES.beta2.default,
  epsilon: FIELD_RANGES.epsilon.default,
  amsgrad: false,
} as const;

/** PyTorch's default for AdamW, where decay is no part of the gradient. */
const ADAMW_DECAY = 0.01;

/** Each optimizer at its usual numbers: what presets and the form begin with. */
export const USUAL_OPTIMIZERS: {
  readonly [Name in OptimizerChoice["name"]]: Extract<OptimizerChoice, { readonly name: Name }>;
} = {
  adam: { name: "adam", ...adam, weightDecay: 0 },
  adamw: { name: "adamw", ...adam, weightDecay: ADAMW_DECAY },
  rmsprop: {
    name: "rmsprop",
    alpha: FIELD_RANGES.alpha.default,
    epsilon: FIELD_RANGES.epsilon.default,
    momentum: 0,
    weightDecay: 0,
    centered: false,
  },
  sgd: { name: "sgd", momentum: 0, weightDecay: 0, nesterov: false },
};

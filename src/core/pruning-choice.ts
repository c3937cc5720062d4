/**
 * Magnitude pruning as a compression experiment: which share of each layer's weights is set to 0 for good, smallest
 * magnitudes first, biases excluded, and after which training steps: once, or by Zhu & Gupta's cubic schedule.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged } from "./schema-terms.ts";

const { pruneShare, pruneStep, pruneFrom, pruneEvery, pruneTimes } = FIELD_RANGES;

/** Pruning with its settings; null trains every weight. */
export const PruningSchema = v.nullable(
  v.variant(
    "name",
    [
      v.strictObject({ name: v.literal("once"), share: ranged(pruneShare), step: ranged(pruneStep) }),
      /** t₀ = `from`, Δt = `every`, n = `times`: the last pruning, at the whole share, is at from + times · every. */
      v.strictObject({
        name: v.literal("cubic"),
        share: ranged(pruneShare),
        from: ranged(pruneFrom),
        every: ranged(pruneEvery),
        times: ranged(pruneTimes),
      }),
    ],
    "one of once, cubic",
  ),
);

/** Pruning with its settings; null is off. */
export type PruningChoice = v.InferOutput<typeof PruningSchema>;
type Pruning = NonNullable<PruningChoice>;

/** Each way of pruning at its usual numbers: what the form begins with. */
export const USUAL_PRUNINGS: { readonly [Name in Pruning["name"]]: Extract<Pruning, { readonly name: Name }> } = {
  once: { name: "once", share: pruneShare.default, step: pruneStep.default },
  cubic: {
    name: "cubic",
    share: pruneShare.default,
    from: pruneFrom.default,
    every: pruneEvery.default,
    times: pruneTimes.default,
  },
};

/** Step of the last pruning, after which the mask stays as it is. */
export function lastPruning(choice: Pruning): number {
  return choice.name === "once" ? choice.step : choice.from + choice.every * choice.times;
}

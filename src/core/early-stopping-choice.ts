/**
 * When a run stops by itself: after `patience` evaluations in a row without a validation loss that is lower than the best
 * by more than `minimumDelta`. It then takes the parameters of its lowest validation loss, and may go on from them.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged } from "./schema-terms.ts";

const { stopPatience, minimumDelta } = FIELD_RANGES;

/** Early stopping, or null for a run that goes on until it is stopped. */
export const EarlyStoppingSchema = v.nullable(
  v.strictObject({ patience: ranged(stopPatience), minimumDelta: ranged(minimumDelta) }),
);

/** Early stopping with its settings; null is off. */
export type EarlyStoppingChoice = v.InferOutput<typeof EarlyStoppingSchema>;

/** What the switch on the page turns on. */
export const USUAL_EARLY_STOPPING = {
  patience: stopPatience.default,
  minimumDelta: minimumDelta.default,
} as const satisfies EarlyStoppingChoice;

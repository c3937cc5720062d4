/**
 * The decoder of an experiment: its cell, where attention enters, and how often it reads its own symbols while training. It
 * has no units of its own, because it begins in the encoder's final state and is as wide as that.
 */
import * as v from "valibot";
import { AttentionSchema } from "./attention-choice.ts";
import { FIELD_RANGES } from "./fields.ts";
import { directionsOf, type LayerChoice, type RecurrentLayer } from "./layer-choice.ts";
import { oneOf, ranged } from "./schema-terms.ts";

const activation = oneOf(["tanh", "relu"]);

/** A cell without its width. */
const DecoderCellSchema = v.variant(
  "cell",
  [
    v.strictObject({ cell: v.literal("gru"), reset: oneOf(["before", "after"]), activation }),
    v.strictObject({ cell: v.literal("lstm") }),
    v.strictObject({ cell: v.literal("ugrnn") }),
    v.strictObject({ cell: v.literal("rnn"), activation }),
  ],
  "one of gru, lstm, ugrnn, rnn",
);

/** See the file's header. */
export const DecoderSchema = v.strictObject({
  cell: DecoderCellSchema,
  /** `bahdanau` asks before the step and feeds the cell, `luong` asks after it, `plain` has no attention. */
  context: v.variant(
    "kind",
    [
      v.strictObject({ kind: v.literal("plain") }),
      v.strictObject({ kind: v.literal("bahdanau"), attention: AttentionSchema }),
      v.strictObject({ kind: v.literal("luong"), attention: AttentionSchema }),
    ],
    "one of plain, bahdanau, luong",
  ),
  /** Scheduled sampling: the share of given symbols, and what comes in the place of others; null gives every symbol. */
  sampling: v.nullable(
    v.strictObject({ givenShare: ranged(FIELD_RANGES.givenShare), own: oneOf(["likeliest", "drawn"]) }),
  ),
});

/** Scheduled sampling when it is switched on. */
export const USUAL_SAMPLING = { givenShare: FIELD_RANGES.givenShare.default, own: "likeliest" } as const;

/** The decoder of an experiment. */
export type DecoderChoice = v.InferOutput<typeof DecoderSchema>;

/** The decoder as a layer: as wide as what the encoder's top layer hands on. */
export function decoderLayer({ cell }: DecoderChoice, encoder: readonly LayerChoice[]): RecurrentLayer {
  const top = encoder.at(-1);
  return { ...cell, units: top ? top.units * directionsOf(top).length : 0 };
}

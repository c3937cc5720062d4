/**
 * How a decoder attends: additive scores, plain scaled dot products, or dot products of projections. Each form has the
 * widths that mean something to it and no others.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged } from "./schema-terms.ts";

const width = ranged(FIELD_RANGES.attentionWidth);
const valueWidth = ranged(FIELD_RANGES.attentionValueWidth);

/** One form of attention, discriminated by `score`. `dot` has no parameters. */
export const AttentionSchema = v.variant(
  "score",
  [
    v.strictObject({ score: v.literal("additive"), width }),
    v.strictObject({ score: v.literal("dot") }),
    v.strictObject({ score: v.literal("dot-projected"), width, valueWidth }),
  ],
  "one of additive, dot, dot-projected",
);

/** Each form at its usual widths. */
export const USUAL_ATTENTION: { readonly [Score in AttentionChoice["score"]]: AttentionChoice } = {
  additive: { score: "additive", width: FIELD_RANGES.attentionWidth.default },
  dot: { score: "dot" },
  "dot-projected": {
    score: "dot-projected",
    width: FIELD_RANGES.attentionWidth.default,
    valueWidth: FIELD_RANGES.attentionValueWidth.default,
  },
};

/** How a decoder attends. */
export type AttentionChoice = v.InferOutput<typeof AttentionSchema>;

/**
 * The layer part of an experiment: each cell has the fields that mean something to it and no others. New cells are added
 * beside the old ones, so an old link means what it meant.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { oneOf, ranged } from "./schema-terms.ts";

const units = ranged(FIELD_RANGES.units);
const activation = oneOf(["tanh", "relu"]);

/** One recurrent layer, discriminated by `cell`. */
export const LayerSchema = v.variant(
  "cell",
  [
    v.strictObject({ cell: v.literal("gru"), reset: oneOf(["before", "after"]), activation, units }),
    v.strictObject({ cell: v.literal("lstm"), units }),
    v.strictObject({ cell: v.literal("ugrnn"), units }),
    v.strictObject({ cell: v.literal("rnn"), activation, units }),
  ],
  "one of gru, lstm, ugrnn, rnn",
);

/** One recurrent layer. */
export type LayerChoice = v.InferOutput<typeof LayerSchema>;
/** Name of a cell. */
export type CellName = LayerChoice["cell"];
/** A layer of one kind of cell. */
export type LayerOf<Name extends CellName> = Extract<LayerChoice, { readonly cell: Name }>;

/** Every cell, in the order in which the page offers them. */
export const CELL_NAMES: readonly CellName[] = ["gru", "lstm", "ugrnn", "rnn"];

/** A layer of a cell at that cell's usual settings. */
export function defaultLayer(cell: CellName, width: number): LayerChoice {
  switch (cell) {
    case "gru":
      return { cell, reset: "after", activation: "tanh", units: width };
    case "rnn":
      return { cell, activation: "tanh", units: width };
    default:
      return { cell, units: width };
  }
}

/** True where "initial memory" means something to a layer: the plain RNN has no gate that could remember. */
export function hasMemoryGate(layer: LayerChoice): boolean {
  return layer.cell !== "rnn";
}

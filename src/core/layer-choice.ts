/**
 * The layer part of an experiment: each cell has the fields that mean something to it and no others. New cells are added
 * beside the old ones, so an old link means what it meant.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { oneOf, ranged } from "./schema-terms.ts";

const activation = oneOf(["tanh", "relu"]);

/**
 * What every recurrent layer may say besides its cell. These fields came later than version 1's first documents: left out
 * they mean the first of their values, and documents stay as short as they were.
 */
const recurrent = {
  units: ranged(FIELD_RANGES.units),
  /** `both` reads the sequence from both ends with parameters of their own, and hands on both states side by side. */
  direction: v.optional(oneOf(["forward", "both"])),
};

/** What layers with a gate that remembers may say besides. */
const remembering = {
  ...recurrent,
  /** In the place of the model's initial memory. */
  initialMemory: v.optional(ranged(FIELD_RANGES.layerMemory)),
};

/** One recurrent layer, discriminated by `cell`. */
export const LayerSchema = v.variant(
  "cell",
  [
    v.strictObject({ cell: v.literal("gru"), reset: oneOf(["before", "after"]), activation, ...remembering }),
    v.strictObject({ cell: v.literal("lstm"), ...remembering }),
    v.strictObject({ cell: v.literal("ugrnn"), ...remembering }),
    v.strictObject({ cell: v.literal("rnn"), activation, ...recurrent }),
  ],
  "one of gru, lstm, ugrnn, rnn",
);

/** One recurrent layer. */
export type LayerChoice = v.InferOutput<typeof LayerSchema>;
/** A layer whose cell runs over the steps. */
export type RecurrentLayer = LayerChoice;
/** Name of a cell. */
export type CellName = LayerChoice["cell"];
/** A layer of one kind of cell. */
export type LayerOf<Name extends CellName> = Extract<LayerChoice, { readonly cell: Name }>;

/** In which order a part of a layer reads the steps. */
export type Direction = "forward" | "backward";

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

/** A layer with a gate that decides what is remembered: all but the plain RNN. */
export type RememberingLayer = Exclude<LayerChoice, LayerOf<"rnn">>;

/** True where "initial memory" means something to a layer. */
export function hasMemoryGate(layer: LayerChoice): layer is RememberingLayer {
  return layer.cell !== "rnn";
}

/** The initial memory of a layer: its own, or else the model's. */
export function initialMemoryOf(layer: RememberingLayer, model: { readonly initialMemory: number }): number {
  return layer.initialMemory ?? model.initialMemory;
}

/** The directions in which a layer runs. */
export function directionsOf({ direction }: LayerChoice): readonly Direction[] {
  return direction === "both" ? ["forward", "backward"] : ["forward"];
}

/** True where an output may depend on later steps, so that a model cannot write on from what it has read. */
export function looksAhead(layers: readonly LayerChoice[]): boolean {
  return layers.some((layer) => directionsOf(layer).length > 1);
}

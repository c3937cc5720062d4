/**
 * The layer part of an experiment: each kind of layer has the fields that mean something to it and no others. New kinds and
 * fields are added beside the old ones, so an old link means what it meant: a field that is left out has the first of its
 * values, and no document grows by fields it does not use.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { oneOf, ranged } from "./schema-terms.ts";

const activation = oneOf(["tanh", "relu"]);
const units = ranged(FIELD_RANGES.units);

/** What every layer may do to the rows that it hands on, in this order. */
const between = {
  /** Normalises each row (Ba, Kiros & Hinton 2016). */
  norm: v.optional(oneOf(["none", "layer"])),
  /** Share of the numbers that training leaves out. */
  dropout: v.optional(ranged(FIELD_RANGES.dropout)),
};

/** What every recurrent layer may say besides its cell. */
const recurrent = {
  units,
  /** `both` reads the sequence from both ends with parameters of their own, and hands on both states side by side. */
  direction: v.optional(oneOf(["forward", "both"])),
  /** `learned` makes the states before the first step parameters, alike for all sequences. */
  initialState: v.optional(oneOf(["zero", "learned"])),
  /** `false` hands on the final state only: under a head on the last step, with nothing but dense layers above. */
  returnSequences: v.optional(v.boolean("true or false")),
  /** Share of h' that training leaves out where it enters the products, the same at every step (Gal & Ghahramani 2016). */
  recurrentDropout: v.optional(ranged(FIELD_RANGES.recurrentDropout)),
  ...between,
};

/** What layers with a gate that remembers may say besides. */
const remembering = {
  ...recurrent,
  /** In the place of the model's initial memory. */
  initialMemory: v.optional(ranged(FIELD_RANGES.layerMemory)),
};

/** Activations of a dense layer. */
export const DENSE_ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "softmax"] as const;

/** One layer, discriminated by `cell`; `dense` is the same at every step. */
export const LayerSchema = v.variant(
  "cell",
  [
    v.strictObject({ cell: v.literal("gru"), reset: oneOf(["before", "after"]), activation, ...remembering }),
    v.strictObject({ cell: v.literal("lstm"), ...remembering }),
    v.strictObject({ cell: v.literal("ugrnn"), ...remembering }),
    v.strictObject({ cell: v.literal("rnn"), activation, ...recurrent }),
    v.strictObject({ cell: v.literal("dense"), activation: oneOf(DENSE_ACTIVATIONS), units, ...between }),
  ],
  "one of gru, lstm, ugrnn, rnn, dense",
);

/** A table with one row of numbers for each symbol, in the place of one-hot symbols. */
export const EmbeddingSchema = v.strictObject({
  width: ranged(FIELD_RANGES.embeddingWidth),
  /** Id of the symbol that stands where nothing is: its row is 0 and stays so. */
  padding: v.optional(ranged(FIELD_RANGES.paddingId)),
});

/** One layer. */
export type LayerChoice = v.InferOutput<typeof LayerSchema>;
/** What a layer may be. */
export type LayerKind = LayerChoice["cell"];
/** A layer of one kind. */
export type LayerOf<Kind extends LayerKind> = Extract<LayerChoice, { readonly cell: Kind }>;
/** A layer whose cell runs over the steps. */
export type RecurrentLayer = Exclude<LayerChoice, { readonly cell: "dense" }>;
/** Name of a cell. */
export type CellName = RecurrentLayer["cell"];
/** A table of embeddings. */
export type EmbeddingChoice = v.InferOutput<typeof EmbeddingSchema>;

/** In which order a part of a layer reads the steps. */
export type Direction = "forward" | "backward";

/** Every cell, in the order in which the page offers them. */
export const CELL_NAMES: readonly CellName[] = ["gru", "lstm", "ugrnn", "rnn"];
/** Every kind of layer, in that order. */
export const LAYER_KINDS: readonly LayerKind[] = [...CELL_NAMES, "dense"];

/** A layer of a kind at its usual settings. */
export function defaultLayer(kind: LayerKind, width: number): LayerChoice {
  switch (kind) {
    case "gru":
      return { cell: kind, reset: "after", activation: "tanh", units: width };
    case "rnn":
    case "dense":
      return { cell: kind, activation: "tanh", units: width };
    default:
      return { cell: kind, units: width };
  }
}

/** True for a layer whose cell runs over the steps. */
export function isRecurrent(layer: LayerChoice): layer is RecurrentLayer {
  return layer.cell !== "dense";
}

/** A layer with a gate that decides what is remembered: neither the plain RNN nor a dense layer has one. */
export type RememberingLayer = Exclude<LayerChoice, LayerOf<"rnn" | "dense">>;

/** True where "initial memory" means something to a layer. */
export function hasMemoryGate(layer: LayerChoice): layer is RememberingLayer {
  return layer.cell !== "rnn" && layer.cell !== "dense";
}

/** The initial memory of a layer: its own, or else the model's. */
export function initialMemoryOf(layer: RememberingLayer, model: { readonly initialMemory: number }): number {
  return layer.initialMemory ?? model.initialMemory;
}

/** The directions in which a layer reads the steps. */
export function directionsOf(layer: LayerChoice): readonly Direction[] {
  return isRecurrent(layer) && layer.direction === "both" ? ["forward", "backward"] : ["forward"];
}

/** True where an output may depend on later steps, so that a model cannot write on from what it has read. */
export function looksAhead(layers: readonly LayerChoice[]): boolean {
  return layers.some((layer) => directionsOf(layer).length > 1);
}

/** True where some state before the first step is a parameter. */
export function learnsInitialState(layers: readonly LayerChoice[]): boolean {
  return layers.some((layer) => isRecurrent(layer) && layer.initialState === "learned");
}

/** True where training leaves numbers out, so that its steps draw masks. */
export function drops(layers: readonly LayerChoice[]): boolean {
  return layers.some((layer) => (layer.dropout ?? 0) > 0 || (isRecurrent(layer) && (layer.recurrentDropout ?? 0) > 0));
}

/** Index of the topmost recurrent layer: the one that hands on its final state under a head on the last step. −1 for none. */
export function topmostRecurrent(layers: readonly LayerChoice[]): number {
  return layers.findLastIndex(isRecurrent);
}

/** What makes a stack of valid layers no model, or null. `index` null: it is no single layer. */
export function findStackFault(
  layers: readonly LayerChoice[],
  head: "every" | "last",
): { readonly index: number | null; readonly expected: string } | null {
  const topmost = topmostRecurrent(layers);
  if (topmost < 0) return { index: null, expected: "at least one recurrent layer" };
  const index = layers.findIndex((layer) => isRecurrent(layer) && layer.returnSequences === false);
  if (index < 0) return null;
  if (head === "every") return { index, expected: "true or left out under a head on every step" };
  return index < topmost ? { index, expected: "true or left out below another recurrent layer" } : null;
}

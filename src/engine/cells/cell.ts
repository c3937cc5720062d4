/**
 * What the engine must know of a recurrent cell: its parameters, what its record holds, which states it carries over
 * time, and which calls play it. A new cell is one file behind this interface; layers, model, views and checkpoints read
 * nothing else.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import type { Segments } from "./segments.ts";

/** How a parameter starts: weights are drawn block by block, biases and initial states are 0, gains 1. */
export type ParameterRole =
  | "input-weights"
  | "recurrent-weights"
  | "bias"
  | "head-weights"
  | "head-bias"
  | "embedding"
  | "initial-state"
  | "gain";

/** One parameter of a layer, by its house name. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** Columns of one gate, which is drawn as a matrix of its own; left out, the whole is one. */
  readonly block?: number;
}

/** One picture that a layer offers, unit × time: a slot of the record, or a state ("h" or an extra one) after each step. */
export interface CellView {
  readonly name: string;
  readonly range: "gate" | "state";
  readonly from: { readonly slot: number } | { readonly state: string };
}

/** The tensors of one layer within one pass (training, probe or generation), with its extents. */
export interface LayerPlace {
  /** For people: `layer 1`, `probe layer 1`. */
  readonly label: string;
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly h: TensorBinding; // [T+1, B, H]
  /** The cell's extra states by name, each [T+1, B, H]. */
  readonly states: Segments;
  readonly record: TensorBinding; // [T, B, slots, H]
  readonly flags: TensorBinding; // [1]
  readonly flagBit: number;
  /** Segments of the parameter buffer, by house name. */
  readonly parameters: Segments;
  /** 1 runs from the last step to the first: row T of every state is then its start, and row t−1 the state after step t. */
  readonly reverse: 0 | 1;
  /** 1: a step whose mask is 0 leaves every state as it was and has no gradient. */
  readonly masked: 0 | 1;
  readonly mask: TensorBinding; // [T, B], not read while masked = 0
  /** Steps to play, counted from 1, in the order of play: 1 … T for the whole sequence, T … 1 in reverse. */
  readonly steps: { readonly from: number; readonly to: number };
  /** Variational dropout of h' where it enters the products: one mask per sequence; rate 0 plays none. */
  readonly dropout: { readonly rate: number; readonly site: number };
  /** Seed and training step, from which dropout draws its masks. */
  readonly key: TensorBinding; // u32 [2]
}

/** What the backward calls need besides. */
export interface BackwardPlace extends LayerPlace {
  readonly dh: TensorBinding; // [T+1, B, H]
  /** 1 when every dh[1…T] holds an upstream gradient, 0 when only dh[T] does. */
  readonly upstream: 0 | 1;
  /** Total gradients of the extra states by name, each [T+1, B, H]. */
  readonly dStates: Segments;
  /** 1 when the last row of each of them holds an upstream gradient, 0 when what it holds is to be ignored. */
  readonly stateUpstream: 0 | 1;
  /** Segments of the gradient buffer, by house name. */
  readonly gradients: Segments;
  /** Scratch for h' as dropout lets it through; null while dropout.rate is 0. */
  readonly droppedStates: TensorBinding | null; // [T, B, H]
  /** Rows of dh to finish, in the order of play: T … 0 for the whole sequence, 0 … T in reverse. */
  readonly rows: { readonly from: number; readonly to: number };
}

/** A recurrent cell in the form that a layer chose. */
export interface Cell {
  /** States besides h that pass from step to step; they start as h does and are carried on with it. */
  readonly extraStates: readonly string[];
  /** Slots of H values per (t, b) in the record. */
  readonly recordSlots: number;
  /** Blocks of H columns of W and U; they are the record's first slots, before (x W + b) and after backward (da). */
  readonly gates: number;
  /** Parameters of a layer of D features in and H units, in file order. */
  parameters(D: number, H: number): readonly ParameterSpec[];
  /** The views, in the order in which the page shows them. */
  readonly views: readonly CellView[];
  /** Where "initial memory" goes: which gate's block of which bias, and the sign that remembers; null without such a gate. */
  readonly memory: { readonly bias: string; readonly gate: number; readonly sign: 1 | -1 } | null;
  /** Plays the sequence. The record's first slots hold x W + b. */
  forward(place: LayerPlace): readonly OperationCall[];
  /** Turns the record into da, and dh and dStates into total gradients. */
  backward(place: BackwardPlace): readonly OperationCall[];
  /** Gradients of U and of the biases, from the record after `backward`. dW and dx are the layer's, alike for all cells. */
  parameterGradients(place: BackwardPlace): readonly OperationCall[];
}

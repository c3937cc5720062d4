/**
 * What the engine must know of a recurrent cell: its parameters, what its record holds, and which calls play it. A new
 * cell is one file behind this interface; layers, model, views and checkpoints read nothing else.
 */
import type { LayerChoice } from "../../core/experiment.ts";
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import type { Segments } from "./segments.ts";

/** How a parameter starts: Glorot and orthogonal are drawn per block of H columns, biases are zero. */
export type ParameterRole = "input-weights" | "recurrent-weights" | "bias" | "head-weights" | "head-bias";

/** One parameter of a layer, by its house name. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
}

/** One picture that a layer offers: unit × time. `slot` is a record slot, or "state" for h itself. */
export interface CellView {
  readonly name: string;
  readonly range: "gate" | "state";
  readonly slot: number | "state";
}

/** The tensors of one layer within one pass (training, probe or generation), with its extents. */
export interface LayerPlace {
  /** For people: `layer 1`, `probe layer 1`. */
  readonly label: string;
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly h: TensorBinding; // [T+1, B, H]
  readonly record: TensorBinding; // [T, B, slots, H]
  readonly flags: TensorBinding; // [1]
  readonly flagBit: number;
  /** Segments of the parameter buffer, by house name. */
  readonly parameters: Segments;
}

/** What the backward calls need besides. */
export interface BackwardPlace extends LayerPlace {
  readonly dh: TensorBinding; // [T+1, B, H]
  /** 1 when every dh[1…T] holds an upstream gradient, 0 when only dh[T] does. */
  readonly upstream: 0 | 1;
  /** Segments of the gradient buffer, by house name. */
  readonly gradients: Segments;
}

/** A recurrent cell. */
export interface Cell {
  readonly name: LayerChoice["cell"];
  /** Slots of H values per (t, b) in the record. */
  readonly recordSlots: number;
  /** Blocks of H columns of W and U; they are the record's first slots, before (x W + b) and after backward (da). */
  readonly gates: number;
  /** Parameters of a layer with `inputWidth` features in, in file order. */
  parameters(layer: LayerChoice, inputWidth: number): readonly ParameterSpec[];
  /** The views, in the order in which the page shows them. */
  readonly views: readonly CellView[];
  /** Where "initial memory" goes: which gate's block of which bias, and the sign that makes a unit remember. */
  readonly memory: { readonly bias: string; readonly gate: number; readonly sign: 1 | -1 };
  /** Plays the sequence. The record's first slots hold x W + b. */
  forward(layer: LayerChoice, place: LayerPlace): readonly OperationCall[];
  /** Turns the record into da and dh into the total gradient. */
  backward(layer: LayerChoice, place: BackwardPlace): readonly OperationCall[];
  /** Gradients of U and of the biases, from the record after `backward`. dW and dx are the layer's, alike for all cells. */
  parameterGradients(layer: LayerChoice, place: BackwardPlace): readonly OperationCall[];
}

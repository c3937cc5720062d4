/**
 * The forms of a decoder and their parameters. The context's part of the input weights is a matrix of its own (`Wc`), so
 * that symbols can still be gathered; the readout's matrices act on [s, c], states first.
 */
import type { AttentionChoice } from "../../core/attention-choice.ts";
import type { RecurrentLayer } from "../../core/layer-choice.ts";
import type { ParameterSpec } from "../cells/cell.ts";
import { findCell } from "../cells/find-cell.ts";
import { appendParameters, type Model } from "../model.ts";
import { attentionParameters, contextWidth } from "./attention-form.ts";

/**
 * Where attention enters. `bahdanau`: the state before the step asks, the context enters the cell beside the input, and
 * the head reads [s_t, c_t]. `luong`: the state after the step asks, and the head reads tanh(W [s_t, c_t] + b). `plain`: the
 * decoder knows the source by its initial state alone.
 */
export type DecoderForm =
  | { readonly kind: "plain" }
  | { readonly kind: "bahdanau" | "luong"; readonly attention: AttentionChoice };

/** What decides a decoder's parameters. */
export interface DecoderShape {
  readonly layer: RecurrentLayer;
  /** D: features or symbols that enter at each step. */
  readonly inputWidth: number;
  /** Width of the encoder's outputs. */
  readonly sourceWidth: number;
  /** V. */
  readonly outputs: number;
  readonly form: DecoderForm;
}

/** Owners of the parameters, in file order. */
export const DECODER_OWNER = {
  cell: "decoder",
  attention: "attention",
  combine: "combine",
  head: "head",
} as const;

/** Width of the context, 0 without attention. */
export function decoderContext({ layer, sourceWidth, form }: DecoderShape): number {
  return form.kind === "plain" ? 0 : contextWidth(form.attention, { query: layer.units, source: sourceWidth });
}

/** Width of the rows that the head reads. */
export function readoutWidth(shape: DecoderShape): number {
  return shape.layer.units + (shape.form.kind === "bahdanau" ? decoderContext(shape) : 0);
}

/** The model with the decoder's parameters behind the encoder's. */
export function appendDecoder(model: Model, shape: DecoderShape): Model {
  const { layer, inputWidth, sourceWidth, outputs, form } = shape;
  const H = layer.units;
  const E = decoderContext(shape);
  const cell = findCell(layer);
  const width = readoutWidth(shape);
  const fromContext: ParameterSpec = { name: "Wc", shape: [E, cell.gates * H], role: "input-weights", block: H };
  const combine: readonly ParameterSpec[] = [
    { name: "W", shape: [H + E, H], role: "input-weights" },
    { name: "b", shape: [H], role: "bias" },
  ];
  const head: readonly ParameterSpec[] = [
    { name: "W", shape: [width, outputs], role: "head-weights" },
    { name: "b", shape: [outputs], role: "head-bias" },
  ];
  const own = cell.parameters(inputWidth, H);
  const cellSpecs = form.kind === "bahdanau" ? [...own, fromContext] : own;
  let whole = appendParameters(model, DECODER_OWNER.cell, cellSpecs);
  if (form.kind !== "plain") {
    const specs = attentionParameters(form.attention, { query: H, source: sourceWidth });
    whole = appendParameters(whole, DECODER_OWNER.attention, specs);
  }
  if (form.kind === "luong") whole = appendParameters(whole, DECODER_OWNER.combine, combine);
  return appendParameters(whole, DECODER_OWNER.head, head);
}

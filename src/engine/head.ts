/**
 * The head: a linear dense layer over the rows that the stack hands on, of every step or of the last only. What its logits
 * stand for is the loss's affair.
 */
import type { Experiment } from "../core/experiment.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { requireSegment } from "./cells/segments.ts";
import { type DensePlace, denseBackward, denseForward, denseParameterGradients } from "./dense.ts";
import { bindSegments, type Model } from "./model.ts";
import type { Rows } from "./stages/stage.ts";
import { TENSOR } from "./tensor-names.ts";

/** At which steps the head speaks. */
export type HeadSteps = Experiment["model"]["head"];

/** The head's tensors in one pass. */
export interface HeadPlace {
  readonly label: string;
  readonly model: Model;
  readonly B: number;
  readonly V: number;
  /** What the stack hands on: N = steps · B rows. */
  readonly input: Rows;
  readonly logits: TensorBinding; // [N, V]
}

function headSegments(model: Model, tensor: string): { readonly W: TensorBinding; readonly b: TensorBinding } {
  const segments = bindSegments(model, "head", tensor);
  return { W: requireSegment(segments, "W"), b: requireSegment(segments, "b") };
}

function densePlace({ label, model, B, V, input, logits }: HeadPlace): DensePlace {
  const extents = { N: input.steps * B, D: input.width, C: V };
  return { label, ...extents, x: input, ...headSegments(model, TENSOR.parameters), a: logits, activation: null };
}

/** logits = h W + b. */
export function headForward(place: HeadPlace): readonly OperationCall[] {
  return denseForward(densePlace(place));
}

/** Hands dlogits [N, V] down to the rows that entered, and forms dW and db. */
export function headBackward(place: HeadPlace, dlogits: TensorBinding): readonly OperationCall[] {
  const { label, input, model } = place;
  if (!input.gradient) throw new Error(`${label} has nowhere to hand its gradient`);
  const { W: dW, b: db } = headSegments(model, TENSOR.gradients);
  const dense = densePlace(place);
  const gradients = { dy: null, da: dlogits, dx: input.gradient, dW, db };
  return [...denseBackward(dense, gradients), ...denseParameterGradients(dense, gradients)];
}

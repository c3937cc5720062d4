/**
 * The dense head over the rows that the stack hands on, of every step or of the last only, forward and back. It reads
 * them where they lie, so nothing is copied between layer and head.
 */
import type { Experiment } from "../core/experiment.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { biasGradient } from "../operations/bias-gradient.ts";
import { inputGradient } from "../operations/input-gradient.ts";
import { projectForward } from "../operations/project-forward.ts";
import { weightGradient } from "../operations/weight-gradient.ts";
import { requireSegment } from "./cells/segments.ts";
import { bindSegments, type Model } from "./model.ts";
import { callOperation } from "./program-draft.ts";
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

/** logits = h W + b. */
export function headForward(place: HeadPlace): OperationCall {
  const { label, B, V, input, logits } = place;
  const { steps, width, tensor, offset, stride } = input;
  const numbers = { N: steps * B, D: width, C: V, xOffset: offset, xStride: stride, outOffset: 0, outStride: V };
  const segments = headSegments(place.model, TENSOR.parameters);
  return callOperation(projectForward, label, numbers, { x: tensor, ...segments, out: logits });
}

/** Hands dlogits [N, V] down to the rows that entered, and forms dW and db. */
export function headBackward(place: HeadPlace, dlogits: TensorBinding): readonly OperationCall[] {
  const { label, B, V, input, model } = place;
  const { gradient, width } = input;
  if (!gradient) throw new Error(`${label} has nowhere to hand its gradient`);
  const N = input.steps * B;
  const { W } = headSegments(model, TENSOR.parameters);
  const { W: dW, b: db } = headSegments(model, TENSOR.gradients);
  return [
    callOperation(
      inputGradient,
      label,
      { N, D: width, C: V, daOffset: 0, daStride: V, dxOffset: gradient.offset, dxStride: gradient.stride },
      { da: dlogits, W, dx: gradient.tensor },
    ),
    callOperation(
      weightGradient,
      label,
      {
        N,
        D: width,
        C: V,
        leftOffset: input.offset,
        leftStride: input.stride,
        rightOffset: 0,
        rightStride: V,
        outOffset: 0,
        outStride: V,
      },
      { left: input.tensor, right: dlogits, dW },
    ),
    callOperation(
      biasGradient,
      label,
      { N, C: V, rightOffset: 0, rightStride: V, outOffset: 0 },
      { right: dlogits, db },
    ),
  ];
}

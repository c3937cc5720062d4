/**
 * The dense head over the top layer, at every step or at the last only, forward and back. Its rows are the rows of `h`
 * from step 1 (`every`) or of step T (`last`), so nothing is copied between layer and head.
 */
import type { Experiment } from "../core/experiment.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { biasGradient } from "../operations/bias-gradient.ts";
import { inputGradient } from "../operations/input-gradient.ts";
import { projectForward } from "../operations/project-forward.ts";
import { weightGradient } from "../operations/weight-gradient.ts";
import { requireSegment } from "./cells/segments.ts";
import { TENSOR } from "./layers.ts";
import { bindSegments, type Model } from "./model.ts";
import { callOperation } from "./program-draft.ts";

/** At which steps the head speaks. */
export type HeadSteps = Experiment["model"]["head"];

/** Which rows of a layer's h [T+1, B, H] the head reads: their count N and the first element. */
export function headRows(
  steps: HeadSteps,
  extents: { readonly T: number; readonly B: number; readonly H: number },
): { readonly N: number; readonly offset: number } {
  const { T, B, H } = extents;
  return steps === "every" ? { N: T * B, offset: B * H } : { N: B, offset: T * B * H };
}

/** The head's tensors in one pass. */
export interface HeadPlace {
  readonly label: string;
  readonly model: Model;
  readonly N: number;
  readonly H: number;
  readonly V: number;
  /** First element of the rows in `h` and in `dh`. */
  readonly offset: number;
  readonly h: TensorBinding;
  readonly logits: TensorBinding; // [N, V]
}

function headSegments(model: Model, tensor: string): { readonly W: TensorBinding; readonly b: TensorBinding } {
  const segments = bindSegments(model, null, tensor);
  return { W: requireSegment(segments, "W"), b: requireSegment(segments, "b") };
}

/** logits = h W + b. */
export function headForward(place: HeadPlace): OperationCall {
  const { label, N, H, V, offset, h, logits } = place;
  const numbers = { N, D: H, C: V, xOffset: offset, xStride: H, outOffset: 0, outStride: V };
  const segments = headSegments(place.model, TENSOR.parameters);
  return callOperation(projectForward, label, numbers, { x: h, ...segments, out: logits });
}

/** Hands dlogits [N, V] down into the rows of `dh`, and forms dW and db. */
export function headBackward(place: HeadPlace, dlogits: TensorBinding, dh: TensorBinding): readonly OperationCall[] {
  const { label, N, H, V, offset, h, model } = place;
  const { W } = headSegments(model, TENSOR.parameters);
  const { W: dW, b: db } = headSegments(model, TENSOR.gradients);
  return [
    callOperation(
      inputGradient,
      label,
      { N, D: H, C: V, daOffset: 0, daStride: V, dxOffset: offset, dxStride: H },
      { da: dlogits, W, dx: dh },
    ),
    callOperation(
      weightGradient,
      label,
      {
        N,
        D: H,
        C: V,
        leftOffset: offset,
        leftStride: H,
        rightOffset: 0,
        rightStride: V,
        outOffset: 0,
        outStride: V,
      },
      { left: h, right: dlogits, dW },
    ),
    callOperation(
      biasGradient,
      label,
      { N, C: V, rightOffset: 0, rightStride: V, outOffset: 0 },
      { right: dlogits, db },
    ),
  ];
}

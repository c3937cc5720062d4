/**
 * A dense layer y = φ(x W + b) over N rows, forward and back. Its input rows may lie inside larger ones, so nothing is
 * copied between it and the layer below.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { biasGradient } from "../operations/bias-gradient.ts";
import { inputGradient } from "../operations/input-gradient.ts";
import { projectForward } from "../operations/project-forward.ts";
import { weightGradient } from "../operations/weight-gradient.ts";
import { type Activation, activationCall, activationGradientCall } from "./activations.ts";
import { callOperation } from "./program-draft.ts";
import type { RowsPlace } from "./stages/stage.ts";

/** A dense layer in one pass. */
export interface DensePlace {
  readonly label: string;
  readonly N: number;
  readonly D: number;
  readonly C: number;
  readonly x: RowsPlace; // [N, D]
  readonly W: TensorBinding; // [D, C]
  readonly b: TensorBinding; // [C]
  /** Pre-activations, which are the output of a linear layer. */
  readonly a: TensorBinding; // [N, C]
  /** Null for a linear layer. */
  readonly activation: {
    readonly name: Activation;
    readonly y: TensorBinding; // [N, C]
    readonly flags: TensorBinding;
    readonly flagBit: number;
  } | null;
}

/** Where the gradients of a dense layer are and go; all but `dy` are overwritten. */
export interface DenseGradients {
  /** Upstream gradient of y; a linear layer finds it in `da`. */
  readonly dy: TensorBinding | null; // [N, C]
  readonly da: TensorBinding; // [N, C]
  /** Null where nobody asks for it. */
  readonly dx: RowsPlace | null; // [N, D]
  readonly dW: TensorBinding; // [D, C]
  readonly db: TensorBinding; // [C]
}

/** a = x W + b, then y = φ(a). */
export function denseForward(place: DensePlace): readonly OperationCall[] {
  const { label, N, D, C, x, W, b, a, activation } = place;
  const numbers = { N, D, C, xOffset: x.offset, xStride: x.stride, outOffset: 0, outStride: C };
  const project = callOperation(projectForward, label, numbers, { x: x.tensor, W, b, out: a });
  return activation ? [project, activationCall(activation.name, { label, N, C, a, ...activation })] : [project];
}

/** da from dy, then dx. */
export function denseBackward(place: DensePlace, gradients: DenseGradients): readonly OperationCall[] {
  const { label, N, D, C, W, a, activation } = place;
  const { dy, da, dx } = gradients;
  const calls: OperationCall[] = [];
  if (activation && dy) {
    calls.push(activationGradientCall(activation.name, { label, N, C, a, ...activation }, { dy, da }));
  }
  if (dx) {
    const numbers = { N, D, C, daOffset: 0, daStride: C, dxOffset: dx.offset, dxStride: dx.stride };
    calls.push(callOperation(inputGradient, label, numbers, { da, W, dx: dx.tensor }));
  }
  return calls;
}

/** dW and db, from da. */
export function denseParameterGradients(place: DensePlace, gradients: DenseGradients): readonly OperationCall[] {
  const { label, N, D, C, x } = place;
  const { da, dW, db } = gradients;
  const right = { rightOffset: 0, rightStride: C, outOffset: 0 };
  const left = { leftOffset: x.offset, leftStride: x.stride, outStride: C };
  return [
    callOperation(weightGradient, label, { N, D, C, ...left, ...right }, { left: x.tensor, right: da, dW }),
    callOperation(biasGradient, label, { N, C, ...right }, { right: da, db }),
  ];
}

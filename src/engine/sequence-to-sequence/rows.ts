/**
 * Rows that lie inside larger rows, and the affine calls between them: what attention and decoder are written in, because
 * states, contexts and projections stand side by side in the same tensors.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { addRows } from "../../operations/add-rows.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { inputGradient } from "../../operations/input-gradient.ts";
import { maskRows } from "../../operations/mask-rows.ts";
import { projectForward } from "../../operations/project-forward.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";
import { callOperation } from "../program-draft.ts";
import type { RowsPlace } from "../stages/stage.ts";

/** Rows behind each other from the start of a tensor. */
export function packed(tensor: TensorBinding, width: number): RowsPlace {
  return { tensor, offset: 0, stride: width };
}

/** The same rows without the first `count`. */
export function skipRows({ tensor, offset, stride }: RowsPlace, count: number): RowsPlace {
  return { tensor, offset: offset + count * stride, stride };
}

/** The same rows from column `column` on. */
export function fromColumn({ tensor, offset, stride }: RowsPlace, column: number): RowsPlace {
  return { tensor, offset: offset + column, stride };
}

/** A matrix W [D, C] that takes N rows of D numbers to rows of C. */
export interface Affine {
  readonly label: string;
  readonly N: number;
  readonly D: number;
  readonly C: number;
}

/** out = x W + b. */
export function projectRows(
  { label, ...extents }: Affine,
  x: RowsPlace,
  { W, b }: { readonly W: TensorBinding; readonly b: TensorBinding },
  out: RowsPlace,
): OperationCall {
  const windows = { xOffset: x.offset, xStride: x.stride, outOffset: out.offset, outStride: out.stride };
  return callOperation(projectForward, label, { ...extents, ...windows }, { x: x.tensor, W, b, out: out.tensor });
}

/** dx = da Wᵀ, overwritten. */
export function handBackRows(
  { label, ...extents }: Affine,
  da: RowsPlace,
  W: TensorBinding,
  dx: RowsPlace,
): OperationCall {
  const windows = { daOffset: da.offset, daStride: da.stride, dxOffset: dx.offset, dxStride: dx.stride };
  return callOperation(inputGradient, label, { ...extents, ...windows }, { da: da.tensor, W, dx: dx.tensor });
}

/** dW = Σ xᵀ da. */
export function weightGradientOf(
  { label, N, D, C }: Affine,
  x: RowsPlace,
  da: RowsPlace,
  dW: TensorBinding,
): OperationCall {
  const left = { leftOffset: x.offset, leftStride: x.stride };
  const right = { rightOffset: da.offset, rightStride: da.stride };
  const numbers = { N, D, C, ...left, ...right, outOffset: 0, outStride: C };
  return callOperation(weightGradient, label, numbers, { left: x.tensor, right: da.tensor, dW });
}

/** db = Σ da. */
export function biasGradientOf({ label, N, C }: Omit<Affine, "D">, da: RowsPlace, db: TensorBinding): OperationCall {
  const numbers = { N, C, rightOffset: da.offset, rightStride: da.stride, outOffset: 0 };
  return callOperation(biasGradient, label, numbers, { right: da.tensor, db });
}

/** out += x. */
export function addTo({ label, N, C }: Omit<Affine, "D">, x: RowsPlace, out: RowsPlace): OperationCall {
  const windows = { xOffset: x.offset, xStride: x.stride, outOffset: out.offset, outStride: out.stride };
  return callOperation(addRows, label, { N, C, ...windows }, { x: x.tensor, out: out.tensor });
}

/** out = x. */
export function copyRows({ label, N, C }: Omit<Affine, "D">, x: RowsPlace, out: RowsPlace): OperationCall {
  const windows = { xOffset: x.offset, xStride: x.stride, outOffset: out.offset, outStride: out.stride };
  // Without masking the mask is not read; the rows themselves stand in for it.
  const tensors = { x: x.tensor, mask: x.tensor, out: out.tensor };
  return callOperation(maskRows, label, { N, C, ...windows, masked: 0 }, tensors);
}

/** Copies one row of states, [B, H] numbers, from a tensor of such rows to another. */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { maskRows } from "../operations/mask-rows.ts";
import { callOperation } from "./program-draft.ts";

/** A row of a tensor [rows, B, H]. */
export interface StateRow {
  readonly tensor: TensorBinding;
  readonly row: number;
}

/** to = from. They lie in different tensors; `carry-state` copies within one. */
export function copyState(
  label: string,
  [B, H]: readonly [B: number, H: number],
  from: StateRow,
  to: StateRow,
): OperationCall {
  const size = B * H;
  const numbers = { N: B, C: H, xOffset: from.row * size, xStride: H, outOffset: to.row * size, outStride: H };
  // The mask is not read; the operation asks for any tensor in its place.
  const tensors = { x: from.tensor, mask: from.tensor, out: to.tensor };
  return callOperation(maskRows, label, { ...numbers, masked: 0 }, tensors);
}

/** What stands left of da in dU: h', or h' as variational dropout has let it into the products. */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { dropout } from "../../operations/dropout.ts";
import { callOperation } from "../program-draft.ts";
import type { BackwardPlace } from "./cell.ts";

/** Packed rows of H that line up with the record's rows [T, B]. */
export interface OperandRows {
  /** What must be played before they are read. */
  readonly calls: readonly OperationCall[];
  readonly tensor: TensorBinding;
  /** First element. */
  readonly offset: number;
}

/** h' of every step inside its products: rows of h itself, or with dropout rows made in `place.droppedStates`. */
export function recurrentOperand(place: BackwardPlace): OperandRows {
  const { T, B, H, h, key, reverse, label, droppedStates } = place;
  const { rate, site } = place.dropout;
  // The state before the step in record row t is row t of h, in reverse row t + 1.
  const offset = reverse * B * H;
  if (rate === 0) return { calls: [], tensor: h, offset };
  if (!droppedStates) throw new Error(`${label} drops states and has no tensor for them`);
  const mask = { variational: 1, firstStep: 0, site, rate };
  const rows = { xOffset: offset, xStride: H, yOffset: 0, yStride: H };
  const product = callOperation(dropout, label, { T, B, D: H, ...mask, ...rows }, { x: h, key, y: droppedStates });
  return { calls: [product], tensor: droppedStates, offset: 0 };
}

/**
 * The losses by name: their operation, how many scalars the mean divides by per row, and what their targets are. All
 * share one shape of call, so head, verification and evaluation treat them alike.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import type { TargetRows } from "../core/task.ts";
import { lossBce } from "../operations/loss-bce.ts";
import { lossCe } from "../operations/loss-ce.ts";
import { lossLinear } from "../operations/loss-linear.ts";
import { lossMse } from "../operations/loss-mse.ts";
import { reduceLoss } from "../operations/reduce-loss.ts";
import { sigmoidForward } from "../operations/sigmoid-forward.ts";
import { softmaxForward } from "../operations/softmax-forward.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

/** `linear` is not for training: it injects given upstream gradients (verification, finite differences). */
export type LossName = "mse" | "bce" | "ce" | "linear";

const LOSSES = { mse: lossMse, bce: lossBce, ce: lossCe, linear: lossLinear } as const;

/** The loss that fits the targets of a dataset. */
export const LOSS_OF_TARGET: Readonly<Record<TargetRows["kind"], LossName>> = {
  values: "mse",
  binary: "bce",
  classes: "ce",
};

/** Scalars that one row adds to the divisor of the mean: V for element-wise losses, 1 otherwise. */
function scalarsPerRow(loss: LossName, V: number): number {
  return loss === "mse" || loss === "bce" ? V : 1;
}

/** Tensors and places of one loss call. Rows of `logits` and `dlogits` may lie inside larger tensors. */
export interface LossPlace {
  readonly label: string;
  readonly N: number;
  readonly V: number;
  readonly logits: TensorBinding;
  readonly logitsAt: { readonly offset: number; readonly stride: number };
  readonly dlogits: TensorBinding;
  readonly dlogitsAt: { readonly offset: number; readonly stride: number };
  readonly target: TensorBinding; // [N, V], or ids [N] for ce
  readonly mask: TensorBinding; // [N]
  readonly count: TensorBinding; // [1]
  readonly rowLoss: TensorBinding; // [N]
  readonly loss: TensorBinding; // [1]
}

/** Row losses with their gradient, then the mean. `flags` and its bits are chosen by `claimLossFlags`. */
export function lossCalls(name: LossName, place: LossPlace, flagging: LossFlags): readonly OperationCall[] {
  const { label, N, V, logits, dlogits, target, mask, count, rowLoss, loss } = place;
  const numbers = {
    N,
    V,
    pOffset: place.logitsAt.offset,
    pStride: place.logitsAt.stride,
    dOffset: place.dlogitsAt.offset,
    dStride: place.dlogitsAt.stride,
    flagBit: flagging.lossBit,
  };
  const { flags } = flagging;
  const tensors = { logits, target, mask, count, rowLoss, dlogits, flags };
  const perRow = scalarsPerRow(name, V);
  return [
    name === "ce"
      ? callOperation(lossCe, label, numbers, tensors)
      : callOperation(LOSSES[name], label, numbers, tensors),
    callOperation(reduceLoss, label, { N, perRow, flagBit: flagging.reduceBit }, { rowLoss, count, loss, flags }),
  ];
}

/** Which word and which bits a loss raises. */
export interface LossFlags {
  readonly flags: TensorBinding;
  readonly lossBit: number;
  readonly reduceBit: number;
}

/** Hands out the bits of a loss and its mean, in that order. */
export function claimLossFlags(draft: ProgramDraft, name: LossName, flags: TensorBinding): LossFlags {
  return {
    flags,
    lossBit: draft.claimFlagBit(LOSSES[name], "head"),
    reduceBit: draft.claimFlagBit(reduceLoss, "head"),
  };
}

/** The call that turns logits [N, V] into probabilities: softmax of classes, σ of binary targets. */
export function probabilityCall(
  kind: "softmax" | "sigmoid",
  label: string,
  extents: { readonly N: number; readonly V: number },
  tensors: { readonly logits: TensorBinding; readonly out: TensorBinding },
): OperationCall {
  const { N, V } = extents;
  return kind === "softmax"
    ? callOperation(softmaxForward, label, { N, V }, tensors)
    : callOperation(sigmoidForward, label, { N, V }, tensors);
}

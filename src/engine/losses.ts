/**
 * The losses by name: their operation, how many scalars the mean divides by per row, and what their targets are. All
 * share one shape of call, so head, verification and evaluation treat them alike.
 */
import { InputError } from "../core/errors.ts";
import type { ClassWeights, LossChoice } from "../core/loss-choice.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import type { TargetRows } from "../core/task.ts";
import { lossBce } from "../operations/loss-bce.ts";
import { lossBceProb } from "../operations/loss-bce-prob.ts";
import { lossCe } from "../operations/loss-ce.ts";
import { lossCeSoft } from "../operations/loss-ce-soft.ts";
import { lossCeWeighted } from "../operations/loss-ce-weighted.ts";
import { lossHuber } from "../operations/loss-huber.ts";
import { lossLinear } from "../operations/loss-linear.ts";
import { lossMae } from "../operations/loss-mae.ts";
import { lossMse } from "../operations/loss-mse.ts";
import { reduceLoss } from "../operations/reduce-loss.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

/**
 * A loss with its numbers. `linear` is not for training: it injects given upstream gradients (verification, finite
 * differences). `ce-soft` takes distributions as targets, `bce-prob` probabilities instead of logits.
 */
export type LossSpec =
  | { readonly name: "mse" | "mae" | "ce-soft" | "bce-prob" | "linear" }
  | { readonly name: "huber"; readonly delta: number }
  | { readonly name: "bce"; readonly positiveWeight: number }
  | { readonly name: "ce"; readonly smoothing: number }
  | { readonly name: "ce-weighted"; readonly smoothing: number; readonly weights: readonly number[] };

const LOSSES = {
  mse: lossMse,
  mae: lossMae,
  huber: lossHuber,
  bce: lossBce,
  "bce-prob": lossBceProb,
  ce: lossCe,
  "ce-weighted": lossCeWeighted,
  "ce-soft": lossCeSoft,
  linear: lossLinear,
} as const;

/** True for losses whose targets are class ids. */
export function hasClassTargets({ name }: LossSpec): boolean {
  return name === "ce" || name === "ce-weighted";
}

/**
 * What an experiment's choice means for targets of a kind; `weightsOf` finds the weights of classes. Throws `InputError` for
 * a loss that does not suit the targets.
 */
export function lossOfChoice(
  choice: LossChoice,
  target: TargetRows["kind"],
  weightsOf: (wanted: ClassWeights) => readonly number[],
): LossSpec {
  if (choice.name === "fitting") {
    if (target === "shares") return { name: "ce-soft" };
    if (target === "values") return { name: "mse" };
    return target === "binary" ? { name: "bce", positiveWeight: 1 } : { name: "ce", smoothing: 0 };
  }
  if (choice.name === "smoothed" && target === "classes") return { name: "ce", smoothing: choice.smoothing };
  if (choice.name === "weighted" && target === "classes") {
    return { name: "ce-weighted", smoothing: choice.smoothing, weights: weightsOf(choice.weights) };
  }
  if (choice.name === "positive-weight" && target === "binary") {
    return { name: "bce", positiveWeight: choice.positiveWeight };
  }
  if (choice.name === "distribution" && target === "shares") return { name: "ce-soft" };
  if (choice.name === "probability" && target === "binary") return { name: "bce-prob" };
  if (choice.name === "mae" && target === "values") return { name: "mae" };
  if (choice.name === "huber" && target === "values") return { name: "huber", delta: choice.delta };
  throw new InputError("experiment-invalid", {
    path: "training.loss",
    expected: `a loss of ${target}`,
    actual: choice.name,
  });
}

/** Scalars that one row adds to the divisor of the mean: V for element-wise losses, 1 otherwise. */
export function scalarsPerRow({ name }: LossSpec, V: number): number {
  return name === "ce" || name === "ce-weighted" || name === "ce-soft" || name === "linear" ? 1 : V;
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
  readonly target: TensorBinding; // [N, V], or ids [N] for ce and ce-weighted
  /** Of ce-weighted only. */
  readonly classWeights?: TensorBinding; // [V]
  /** Weight of each row; `count` is their sum, or another divisor. */
  readonly mask: TensorBinding; // [N]
  readonly count: TensorBinding; // [1]
  readonly rowLoss: TensorBinding; // [N]
  readonly loss: TensorBinding; // [1]
}

type LossNumbers = Readonly<Record<(typeof lossMse)["extents" | "constants"][number], number>>;
type LossTensors = Readonly<Record<keyof (typeof lossMse)["tensors"], TensorBinding>>;

/** The call of the loss itself, with the constants that only it has. */
function lossCall(spec: LossSpec, place: LossPlace, numbers: LossNumbers, tensors: LossTensors): OperationCall {
  const { label, classWeights } = place;
  switch (spec.name) {
    case "ce-weighted": {
      if (!classWeights) throw new Error("weights of classes are wanted and not there");
      return callOperation(
        lossCeWeighted,
        label,
        { ...numbers, smoothing: spec.smoothing },
        { ...tensors, classWeights },
      );
    }
    case "huber":
      return callOperation(lossHuber, label, { ...numbers, delta: spec.delta }, tensors);
    case "bce":
      return callOperation(lossBce, label, { ...numbers, positiveWeight: spec.positiveWeight }, tensors);
    case "ce":
      return callOperation(lossCe, label, { ...numbers, smoothing: spec.smoothing }, tensors);
    default:
      return callOperation(LOSSES[spec.name], label, numbers, tensors);
  }
}

/** Row losses with their gradient. `flags` and its bits are chosen by `claimLossFlags`. */
export function rowLossCall(spec: LossSpec, place: LossPlace, { flags, lossBit }: LossFlags): OperationCall {
  const { N, V, logits, dlogits, target, mask, count, rowLoss } = place;
  const numbers = {
    N,
    V,
    pOffset: place.logitsAt.offset,
    pStride: place.logitsAt.stride,
    dOffset: place.dlogitsAt.offset,
    dStride: place.dlogitsAt.stride,
    flagBit: lossBit,
  };
  return lossCall(spec, place, numbers, { logits, target, mask, count, rowLoss, dlogits, flags });
}

/** The mean of N row losses. */
export function meanLossCall(
  spec: LossSpec,
  place: Pick<LossPlace, "label" | "N" | "V" | "rowLoss" | "count" | "loss">,
  { flags, reduceBit }: LossFlags,
): OperationCall {
  const { label, N, V, rowLoss, count, loss } = place;
  const numbers = { N, perRow: scalarsPerRow(spec, V), flagBit: reduceBit };
  return callOperation(reduceLoss, label, numbers, { rowLoss, count, loss, flags });
}

/** Row losses with their gradient, then the mean. */
export function lossCalls(spec: LossSpec, place: LossPlace, flagging: LossFlags): readonly OperationCall[] {
  return [rowLossCall(spec, place, flagging), meanLossCall(spec, place, flagging)];
}

/** Which word and which bits a loss raises. */
export interface LossFlags {
  readonly flags: TensorBinding;
  readonly lossBit: number;
  readonly reduceBit: number;
}

/** Hands out the bits of a loss and its mean, in that order. */
export function claimLossFlags(draft: ProgramDraft, { name }: LossSpec, flags: TensorBinding): LossFlags {
  return {
    flags,
    lossBit: draft.claimFlagBit(LOSSES[name], "head"),
    reduceBit: draft.claimFlagBit(reduceLoss, "head"),
  };
}

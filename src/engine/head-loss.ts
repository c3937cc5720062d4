/**
 * What a training Program does with the head's logits: the weights of the rows, σ where the loss is one of probabilities,
 * the loss with its gradient, and that gradient's way back through σ.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { activationCall, activationGradientCall, claimActivationFlag } from "./activations.ts";
import type { Batch } from "./batch.ts";
import { claimLossFlags, type LossFlags, meanLossCall, rowLossCall, scalarsPerRow } from "./losses.ts";
import type { ProgramDraft } from "./program-draft.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { weighRows } from "./row-weights.ts";
import { TENSOR } from "./tensor-names.ts";

/** The head's rows and the scalars of the loss. */
export interface HeadLossPlace {
  /** Steps that the head reads: N = steps · B rows. */
  readonly steps: number;
  readonly batch: Pick<Batch, "target" | "mask">;
  readonly logits: TensorBinding; // [N, V]
  readonly dlogits: TensorBinding; // [N, V]
  readonly loss: TensorBinding; // [1]
  readonly count: TensorBinding; // [1]
  readonly flags: TensorBinding; // [1]
}

/** Calls before the stack (`weigh`), after the head's forward (`forward`), and before its backward (`backward`). */
export interface HeadLoss {
  readonly weigh: readonly OperationCall[];
  readonly forward: readonly OperationCall[];
  readonly backward: readonly OperationCall[];
}

/** The calls that form the divisor of a batch's loss, and what the loss then takes in the place of the mask. */
export function weighBatch(
  draft: ProgramDraft,
  { B, outputs: V, loss, reduction = "mean" }: ProgramSpec,
  { steps, batch, count }: Pick<HeadLossPlace, "steps" | "batch" | "count">,
) {
  const weights = loss.name === "ce-weighted" ? draft.declare(TENSOR.classWeights, "f32", [V], "data") : null;
  const { calls, factors } = weighRows(draft, {
    ...{ label: "batch", N: steps * B, V, mask: batch.mask, target: batch.target, count },
    classes: weights ? { weights, inLoss: true } : null,
    sequences: reduction === "sequences" ? { T: steps, B, stepStride: B, rowStride: 1 } : null,
    sum: reduction === "sum",
  });
  return { calls, rows: { mask: factors, ...(weights ? { classWeights: weights } : {}) } };
}

/** Rows of the head and what weighs them. */
export interface JudgedRows extends Omit<HeadLossPlace, "batch"> {
  readonly target: TensorBinding; // [N, V], or ids [N]
  readonly rows: ReturnType<typeof weighBatch>["rows"];
  readonly rowLoss: TensorBinding; // [N]
}

/** Row losses with the gradient of the logits, and the mean over all rows of the batch. */
export interface RowsLoss {
  readonly forward: readonly OperationCall[];
  readonly backward: readonly OperationCall[];
  readonly mean: (N: number, rowLoss: TensorBinding) => OperationCall;
}

/** Declares what the loss of these rows needs and returns its calls. */
export function judgeRows(
  draft: ProgramDraft,
  { B, outputs: V, loss: spec }: ProgramSpec,
  judged: JudgedRows,
): RowsLoss {
  const { steps, target, rows, rowLoss, logits, dlogits, loss, count, flags } = judged;
  const N = steps * B;
  const packed = { offset: 0, stride: V };
  const common = { label: "head", N, V, target, ...rows, count, rowLoss, loss, logitsAt: packed, dlogitsAt: packed };
  const meanOf = (flagging: LossFlags) => (all: number, losses: TensorBinding) =>
    meanLossCall(spec, { ...common, N: all, rowLoss: losses }, flagging);
  if (spec.name !== "bce-prob") {
    const lossFlags = claimLossFlags(draft, spec, flags);
    const forward = [rowLossCall(spec, { ...common, logits, dlogits }, lossFlags)];
    return { forward, backward: [], mean: meanOf(lossFlags) };
  }
  const y = draft.declare("probabilities", "f32", [N, V], "transient");
  const dy = draft.declare("dprobabilities", "f32", [N, V], "transient");
  const flagBit = claimActivationFlag(draft, "sigmoid", "head");
  const activation = { label: "head", N, C: V, a: logits, y, flags, flagBit };
  const lossFlags = claimLossFlags(draft, spec, flags);
  return {
    forward: [
      activationCall("sigmoid", activation),
      rowLossCall(spec, { ...common, logits: y, dlogits: dy }, lossFlags),
    ],
    backward: [activationGradientCall("sigmoid", activation, { dy, da: dlogits })],
    mean: meanOf(lossFlags),
  };
}

/** Declares what the loss needs and returns its calls. */
export function buildHeadLoss(draft: ProgramDraft, spec: ProgramSpec, place: HeadLossPlace): HeadLoss {
  const { batch, ...rest } = place;
  const N = place.steps * spec.B;
  const { calls: weigh, rows } = weighBatch(draft, spec, place);
  const rowLoss = draft.declare("rowLoss", "f32", [N], "activation");
  const { forward, backward, mean } = judgeRows(draft, spec, { ...rest, target: batch.target, rows, rowLoss });
  return { weigh, forward: [...forward, mean(N, rowLoss)], backward };
}

/** What the host writes into `count` for a sum: reduce-loss divides by count times the scalars of a row. */
export function countOfSum({ loss, outputs }: ProgramSpec): number {
  return 1 / scalarsPerRow(loss, outputs);
}

/**
 * How the rows of a loss are weighed and what their sum is divided by: the mask, the weights of classes, every sequence
 * alike, or a plain sum. Training and verification use the same calls.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { classWeight } from "../operations/class-weight.ts";
import { maskCount } from "../operations/mask-count.ts";
import { sequenceWeight } from "../operations/sequence-weight.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

/** Rows as steps of sequences: step t of sequence b is row t·stepStride + b·rowStride. */
export interface SequenceRows {
  readonly T: number;
  readonly B: number;
  readonly stepStride: number;
  readonly rowStride: number;
}

/** The rows of a loss. */
export interface WeighedRows {
  readonly label: string;
  readonly N: number;
  readonly V: number;
  readonly mask: TensorBinding; // [N]
  readonly target: TensorBinding; // ids [N] where classes have weights
  /** The divisor; of a sum it is written by the host, 1 over the scalars of a row. */
  readonly count: TensorBinding; // [1]
  /** Weights of classes [V], and whether the loss multiplies by them itself. */
  readonly classes: { readonly weights: TensorBinding; readonly inLoss: boolean } | null;
  /** Given where every sequence counts alike. */
  readonly sequences: SequenceRows | null;
  readonly sum: boolean;
}

/** The calls that form the divisor, and the factor [N] of each row in the loss. */
export function weighRows(draft: ProgramDraft, rows: WeighedRows) {
  const { label, N, V, mask, target, count, classes, sequences, sum } = rows;
  const calls: OperationCall[] = [];
  let factors = mask;
  let divided = mask;
  if (classes) {
    const { weights: classWeights, inLoss } = classes;
    const weight = draft.declare("classes.weight", "f32", [N], "activation");
    calls.push(callOperation(classWeight, label, { N, V }, { mask, target, classWeights, weight }));
    divided = weight;
    if (!inLoss) factors = weight;
  }
  if (sequences) {
    if (classes?.inLoss) throw new Error("sequences that count alike are not weighed by class as well");
    const weight = draft.declare("sequences.weight", "f32", [N], "activation");
    calls.push(callOperation(sequenceWeight, label, { ...sequences }, { mask: factors, weight }));
    factors = weight;
    divided = weight;
  }
  if (!sum) calls.push(callOperation(maskCount, label, { N }, { mask: divided, count }));
  return { calls, factors };
}

/**
 * A loss alone as a Program, of the same calls as in training, with every weighting of rows that the losses know.
 */
import type { OperationCall, Program, TensorBinding } from "../core/program.ts";
import { classWeight } from "../operations/class-weight.ts";
import { maskCount } from "../operations/mask-count.ts";
import { sequenceWeight } from "../operations/sequence-weight.ts";
import { activationCall, claimActivationFlag } from "./activations.ts";
import { claimLossFlags, type LossSpec, lossCalls } from "./losses.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";

/** A loss alone. Rows are weighted by the mask, then by what is given of the following. */
export interface LossProgramSpec {
  readonly loss: LossSpec;
  readonly N: number;
  readonly V: number;
  /** True: write `classWeights` [V]; only for losses of class ids. */
  readonly weighted?: boolean;
  /** Every sequence counts alike; step t of sequence b is row t·stepStride + b·rowStride. */
  readonly sequences?: {
    readonly T: number;
    readonly B: number;
    readonly stepStride: number;
    readonly rowStride: number;
  };
  /** The sum instead of the mean. */
  readonly sum?: boolean;
}

/** The calls that turn `mask` into the weights of the rows. */
function weighRows(draft: ProgramDraft, spec: LossProgramSpec, mask: TensorBinding, target: TensorBinding) {
  const { N, V, weighted, sequences } = spec;
  const calls: OperationCall[] = [];
  let weights = mask;
  if (weighted) {
    const classWeights = draft.declare("classWeights", "f32", [V], "batch");
    const weight = draft.declare("classes.weight", "f32", [N], "activation");
    calls.push(callOperation(classWeight, "loss", { N, V }, { mask: weights, target, classWeights, weight }));
    weights = weight;
  }
  if (sequences) {
    const weight = draft.declare("sequences.weight", "f32", [N], "activation");
    calls.push(callOperation(sequenceWeight, "loss", sequences, { mask: weights, weight }));
    weights = weight;
  }
  return { calls, weights };
}

/**
 * One loss: phase `forward`. Write `logits` [N, V], `target` ([N, V], or ids [N] for ce) and `mask` [N]; for a sum also
 * `count`, with 1 over the scalars of a row. Read `rowLoss` [N], `loss`, `dlogits` [N, V], and `outputs` [N, V] (σ for
 * bce, softmax for ce).
 */
export function buildLossProgram(spec: LossProgramSpec): Program {
  const { loss, N, V } = spec;
  const draft = new ProgramDraft();
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const packed = { offset: 0, stride: V };
  const logits = draft.declare("logits", "f32", [N, V], "activation");
  const mask = draft.declare("mask", "f32", [N], "batch");
  const count = draft.declare("count", "f32", [1], "metrics");
  const ids = loss.name === "ce";
  const target = ids ? draft.declare("target", "u32", [N], "batch") : draft.declare("target", "f32", [N, V], "batch");
  const { calls, weights } = weighRows(draft, spec, mask, target);
  const place = {
    label: "loss",
    N,
    V,
    logits,
    logitsAt: packed,
    dlogits: draft.declare("dlogits", "f32", [N, V], "activation"),
    dlogitsAt: packed,
    target,
    mask: weights,
    count,
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  if (!spec.sum) calls.push(callOperation(maskCount, "loss", { N }, { mask: weights, count }));
  const forward = [...calls, ...lossCalls(loss, place, claimLossFlags(draft, loss, flags))];
  const kind = PROBABILITIES[loss.name];
  if (kind) {
    const y = draft.declare("outputs", "f32", [N, V], "activation");
    const flagBit = claimActivationFlag(draft, kind, "loss");
    forward.push(activationCall(kind, { label: "loss", N, C: V, a: logits, y, flags, flagBit }));
  }
  return { tensors: draft.tensors(), phases: { forward } };
}

/** What the logits of a loss stand for. */
const PROBABILITIES: Readonly<Partial<Record<LossSpec["name"], "softmax" | "sigmoid">>> = {
  ce: "softmax",
  "ce-soft": "softmax",
  bce: "sigmoid",
};

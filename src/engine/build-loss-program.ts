/**
 * A loss alone as a Program, of the same calls as in training, with every weighting of rows that the losses know.
 */
import type { Program } from "../core/program.ts";
import { activationCall, claimActivationFlag } from "./activations.ts";
import { claimLossFlags, hasClassTargets, type LossSpec, lossCalls } from "./losses.ts";
import { ProgramDraft } from "./program-draft.ts";
import { type SequenceRows, weighRows } from "./row-weights.ts";

/** A loss alone. Rows are weighted by the mask, then by what is given of the following. */
export interface LossProgramSpec {
  readonly loss: LossSpec;
  readonly N: number;
  readonly V: number;
  /** True: write `classWeights` [V], which weigh the rows; only for losses of class ids. A loss may also have its own. */
  readonly weighted?: boolean;
  /** Every sequence counts alike; step t of sequence b is row t·stepStride + b·rowStride. */
  readonly sequences?: SequenceRows;
  /** The sum instead of the mean. */
  readonly sum?: boolean;
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
  const ids = hasClassTargets(loss);
  const target = ids ? draft.declare("target", "u32", [N], "batch") : draft.declare("target", "f32", [N, V], "batch");
  const inLoss = loss.name === "ce-weighted";
  const weights = spec.weighted || inLoss ? draft.declare("classWeights", "f32", [V], "batch") : null;
  const { calls, factors } = weighRows(draft, {
    ...{ label: "loss", N, V, mask, target, count },
    classes: weights ? { weights, inLoss } : null,
    sequences: spec.sequences ?? null,
    sum: spec.sum ?? false,
  });
  const place = {
    label: "loss",
    N,
    V,
    logits,
    logitsAt: packed,
    dlogits: draft.declare("dlogits", "f32", [N, V], "activation"),
    dlogitsAt: packed,
    target,
    mask: factors,
    ...(weights ? { classWeights: weights } : {}),
    count,
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
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
  "ce-weighted": "softmax",
  "ce-soft": "softmax",
  bce: "sigmoid",
};

/**
 * Small Programs of the same parts as the training Program: a stack with given upstream gradients, a loss alone, an
 * optimizer alone. Verification and finite differences check the real calls with them, not a copy.
 */
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import type { OperationCall, Program } from "../core/program.ts";
import { gradientNorm } from "../operations/gradient-norm.ts";
import { maskCount } from "../operations/mask-count.ts";
import type { BuiltProgram } from "./build-program.ts";
import { type HeadSteps, headRows } from "./head.ts";
import { declareStack, declareUpstream, type StackInput, stackBackward, stackForward, TENSOR } from "./layers.ts";
import { claimLossFlags, type LossName, lossCalls, probabilityCall } from "./losses.ts";
import { createModel, type ModelShape } from "./model.ts";
import { momentsOf, optimizerCall } from "./optimizers.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";

/** A stack without head whose outputs y are the top layer's h at every step or at the last. */
export interface StackSpec {
  readonly layers: ModelShape["layers"];
  readonly inputWidth: number;
  readonly input: "features" | "tokens";
  readonly T: number;
  readonly B: number;
  /** Which rows of the top h the loss L = Σ g⊙y reads. */
  readonly readout: HeadSteps;
}

/**
 * Phases `forward` (states, records, `loss`) and `backward` (da in the records, dh, `grads`, `batch.dx` for features).
 * Write `params`, `batch.input` [T, B, D] or ids [T, B], row 0 of each layer's
 * states, the upstream gradient of each extra state in the last row of its gradient, `upstream` (g, [N, H] with N = T·B or B),
 * `ones` (N times 1) and `count` = [1]; no scalars. Gates must be read between the phases.
 */
export function buildStackProgram(spec: StackSpec): BuiltProgram {
  const { T, B, inputWidth, readout } = spec;
  const draft = new ProgramDraft();
  const model = createModel({ layers: spec.layers, inputWidth, outputs: 0 });
  draft.declare(TENSOR.parameters, "f32", [model.P], "parameters");
  draft.declare(TENSOR.gradients, "f32", [model.P], "gradients");
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const input: StackInput =
    spec.input === "tokens"
      ? { kind: "tokens", ids: draft.declare("batch.input", "u32", [T, B], "batch") }
      : { kind: "features", x: draft.declare("batch.input", "f32", [T, B, inputWidth], "batch") };
  const stack = declareStack(draft, model, { prefix: "", T, B, flags }, input);
  const upstream = declareUpstream(draft, stack);
  const top = stack.at(-1)?.place;
  const topDh = upstream.at(-1)?.dh;
  if (!top || !topDh) throw new Error("a stack needs at least one layer");
  const { H } = top;
  const { N, offset } = headRows(readout, top);
  const rows = { offset, stride: H };
  const place = {
    label: "upstream",
    N,
    V: H,
    logits: top.h,
    logitsAt: rows,
    dlogits: topDh,
    dlogitsAt: rows,
    target: draft.declare("upstream", "f32", [N, H], "batch"),
    mask: draft.declare("ones", "f32", [N], "batch"),
    count: draft.declare("count", "f32", [1], "batch"),
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  const dx = spec.input === "features" ? draft.declare("batch.dx", "f32", [T, B, inputWidth], "activation") : null;
  const forward = [...stackForward(stack), ...lossCalls("linear", place, claimLossFlags(draft, "linear", flags))];
  const backward = stackBackward(stack, {
    model,
    upstream,
    topUpstream: readout === "every" ? 1 : 0,
    stateUpstream: 1,
    dx,
  });
  return {
    program: { tensors: draft.tensors(), phases: { forward, backward } },
    model,
    flagOrigins: draft.flagOrigins(),
  };
}

/**
 * One loss: phase `forward`. Write `logits` [N, V], `target` ([N, V], or ids [N] for ce) and `mask` [N]; read `count`,
 * `rowLoss` [N], `loss`, `dlogits` [N, V], and `outputs` [N, V] (σ for bce, softmax for ce).
 */
export function buildLossProgram(name: LossName, N: number, V: number): Program {
  const draft = new ProgramDraft();
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const packed = { offset: 0, stride: V };
  const logits = draft.declare("logits", "f32", [N, V], "activation");
  const mask = draft.declare("mask", "f32", [N], "batch");
  const count = draft.declare("count", "f32", [1], "metrics");
  const target =
    name === "ce" ? draft.declare("target", "u32", [N], "batch") : draft.declare("target", "f32", [N, V], "batch");
  const place = {
    label: "loss",
    N,
    V,
    logits,
    logitsAt: packed,
    dlogits: draft.declare("dlogits", "f32", [N, V], "activation"),
    dlogitsAt: packed,
    target,
    mask,
    count,
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  const forward: OperationCall[] = [
    callOperation(maskCount, "loss", { N }, { mask, count }),
    ...lossCalls(name, place, claimLossFlags(draft, name, flags)),
  ];
  if (name === "ce" || name === "bce") {
    const out = draft.declare("outputs", "f32", [N, V], "activation");
    forward.push(probabilityCall(name === "ce" ? "softmax" : "sigmoid", "loss", { N, V }, { logits, out }));
  }
  return { tensors: draft.tensors(), phases: { forward } };
}

/**
 * Norm, clipping and one optimizer over P given numbers: phase `update` with the optimizer's scalars, clipping and `slot`
 * (< M). Write `params`, `grads` [P]; read `params`, `moments` [S, P], `norm`, and `metrics` [M, 4].
 */
export function buildOptimizerProgram(optimizer: OptimizerChoice, P: number, M: number): Program {
  const draft = new ProgramDraft();
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const grads = draft.declare(TENSOR.gradients, "f32", [P], "gradients");
  const norm = draft.declare("norm", "f32", [1], "metrics");
  const place = {
    P,
    M,
    grads,
    params: draft.declare(TENSOR.parameters, "f32", [P], "parameters"),
    state: draft.declare(TENSOR.moments, "f32", [momentsOf(optimizer).length, P], "optimizer-state"),
    norm,
    loss: draft.declare("loss", "f32", [1], "metrics"),
    flags,
    metrics: draft.declare("metrics", "f32", [M, 4], "metrics"),
  };
  const flagBit = draft.claimFlagBit(gradientNorm, "optimizer");
  const update = [
    callOperation(gradientNorm, "optimizer", { P, flagBit }, { grads, norm, flags }),
    optimizerCall(optimizer, place),
  ];
  return { tensors: draft.tensors(), phases: { update } };
}

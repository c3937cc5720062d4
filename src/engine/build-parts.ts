/**
 * Small Programs of the same parts as the training Program: a stack with given upstream gradients, a loss alone, an
 * optimizer alone. Verification and finite differences check the real calls with them, not a copy.
 */
import { alignSegment } from "../core/dims.ts";
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import type { OperationCall, Program, TensorBinding } from "../core/program.ts";
import { classWeight } from "../operations/class-weight.ts";
import { gradientNorm } from "../operations/gradient-norm.ts";
import { lossLinear } from "../operations/loss-linear.ts";
import { maskCount } from "../operations/mask-count.ts";
import { reduceLoss } from "../operations/reduce-loss.ts";
import { sequenceWeight } from "../operations/sequence-weight.ts";
import type { BuiltProgram } from "./build-program.ts";
import { findCell } from "./cells/find-cell.ts";
import { requireSegment } from "./cells/segments.ts";
import { type HeadSteps, headRows } from "./head.ts";
import { declareStack, declareUpstream, type StackInput, stackBackward, stackForward, TENSOR } from "./layers.ts";
import { claimLossFlags, type LossFlags, type LossPlace, type LossSpec, lossCalls, probabilityCall } from "./losses.ts";
import { createModel, type ModelShape } from "./model.ts";
import { momentsOf, optimizerCall } from "./optimizers.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";

const LINEAR = { name: "linear" } as const;

/** A stack without head whose outputs y are the top layer's h at every step or at the last. */
export interface StackSpec {
  readonly layers: ModelShape["layers"];
  readonly inputWidth: number;
  readonly input: "features" | "tokens";
  readonly T: number;
  readonly B: number;
  /** Which rows of the top h the loss L = Σ g⊙y reads; it also reads the last row of every extra state. */
  readonly readout: HeadSteps;
}

function countExtraStates({ layers }: StackSpec): number {
  return layers.reduce((sum, layer) => sum + findCell(layer).extraStates.length, 0);
}

/** Where the states' part of a stack's loss is formed: `place` is that of its outputs. */
interface StateReadout {
  readonly draft: ProgramDraft;
  readonly stack: ReturnType<typeof declareStack>;
  readonly upstream: ReturnType<typeof declareUpstream>;
  readonly place: LossPlace;
  readonly lossFlags: LossFlags;
  /** Elements of `rowLoss`. */
  readonly rows: number;
}

/** Adds Σ g⊙c_T for the last row of every extra state and hands g to its gradient; then sums the loss over all rows. */
function readStates({ draft, stack, upstream, place, lossFlags, rows }: StateReadout): readonly OperationCall[] {
  const { flags, lossBit, reduceBit } = lossFlags;
  const { label, mask, count, loss, rowLoss } = place;
  let offset = alignSegment(place.N);
  const calls = stack.flatMap(({ place: { T, B, H, states } }, index) =>
    Object.entries(states).map(([name, logits]) => {
      const dlogits = requireSegment(upstream[index]?.dStates ?? {}, name);
      const target = draft.declare(TENSOR.upstream(index, name), "f32", [B, H], "batch");
      const last = { pOffset: T * B * H, pStride: H, dOffset: T * B * H, dStride: H };
      const own = { tensor: rowLoss.tensor, offset, length: B };
      offset += alignSegment(B);
      return callOperation(
        lossLinear,
        label,
        { N: B, V: H, ...last, flagBit: lossBit },
        { logits, target, mask, count, rowLoss: own, dlogits, flags },
      );
    }),
  );
  if (calls.length === 0) return [];
  const all = { rowLoss: { tensor: rowLoss.tensor }, count, loss, flags };
  return [...calls, callOperation(reduceLoss, label, { N: rows, perRow: 1, flagBit: reduceBit }, all)];
}

/**
 * Phases `forward` (states, records, `loss`) and `backward` (da in the records, dh, `grads`, `batch.dx` for features).
 * Write `params`, `batch.input` [T, B, D] or ids [T, B], row 0 of each layer's
 * states, `upstream` (g, [N, H] with N = T·B or B), the gradient of each extra state's last row (`TENSOR.upstream`, [B, H]),
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
  // The head's rows, then those of every extra state; what lies between stays 0.
  const lossRows = alignSegment(N) + countExtraStates(spec) * alignSegment(B);
  const rowLoss = draft.declare("rowLoss", "f32", [lossRows], "activation");
  const place: LossPlace = {
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
    rowLoss: { ...rowLoss, offset: 0, length: N },
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  const dx = spec.input === "features" ? draft.declare("batch.dx", "f32", [T, B, inputWidth], "activation") : null;
  const lossFlags = claimLossFlags(draft, LINEAR, flags);
  const forward = [
    ...stackForward(stack),
    ...lossCalls(LINEAR, place, lossFlags),
    ...readStates({ draft, stack, upstream, place, lossFlags, rows: lossRows }),
  ];
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
    const out = draft.declare("outputs", "f32", [N, V], "activation");
    forward.push(probabilityCall(kind, "loss", { N, V }, { logits, out }));
  }
  return { tensors: draft.tensors(), phases: { forward } };
}

/** What the logits of a loss stand for. */
const PROBABILITIES: Readonly<Partial<Record<LossSpec["name"], "softmax" | "sigmoid">>> = {
  ce: "softmax",
  "ce-soft": "softmax",
  bce: "sigmoid",
};

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

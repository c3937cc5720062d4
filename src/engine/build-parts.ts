/**
 * A stack with given upstream gradients as a Program of its own, of the same parts as the training Program: verification
 * and finite differences check the real calls with it, not a copy.
 */
import { alignSegment } from "../core/dims.ts";
import type { OperationCall } from "../core/program.ts";
import { lossLinear } from "../operations/loss-linear.ts";
import { reduceLoss } from "../operations/reduce-loss.ts";
import type { BuiltProgram } from "./build-program.ts";
import { findCell } from "./cells/find-cell.ts";
import { requireSegment } from "./cells/segments.ts";
import { type HeadSteps, headRows } from "./head.ts";
import { declareStack, declareUpstream, type StackInput, stackBackward, stackForward, TENSOR } from "./layers.ts";
import { claimLossFlags, type LossFlags, type LossPlace, lossCalls } from "./losses.ts";
import { createModel, type ModelShape } from "./model.ts";
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

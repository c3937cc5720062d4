/**
 * A stack with given upstream gradients as a Program of its own, of the same parts as the training Program: verification
 * and finite differences check the real calls with it, not a copy.
 */
import { alignSegment } from "../core/dims.ts";
import type { OperationCall } from "../core/program.ts";
import { lossLinear } from "../operations/loss-linear.ts";
import { reduceLoss } from "../operations/reduce-loss.ts";
import type { BuiltProgram } from "./build-program.ts";
import { requireSegment } from "./cells/segments.ts";
import type { HeadSteps } from "./head.ts";
import { declareStack, type Stack, type StackInput, stackBackward, stackForward, stackStart } from "./layers.ts";
import { claimLossFlags, type LossFlags, type LossPlace, lossCalls } from "./losses.ts";
import { createModel, type ModelShape } from "./model.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";
import { collectStage, needsCollecting } from "./stages/collect-stage.ts";
import type { Pass } from "./stages/stage.ts";
import { TENSOR } from "./tensor-names.ts";

const LINEAR = { name: "linear" } as const;

/** A stack without head whose outputs y are the top layer's at every step, or its final states. */
export interface StackSpec {
  readonly layers: ModelShape["layers"];
  readonly inputWidth: number;
  readonly input: "features" | "tokens";
  readonly T: number;
  readonly B: number;
  /** Which of the top layer's outputs the loss L = Σ g⊙y reads; it also reads the final row of every extra state. */
  readonly readout: HeadSteps;
  /** True: write which steps a sequence has to `TENSOR.mask()` [T, B]. */
  readonly masked?: boolean;
}

/** Where the states' part of a stack's loss is formed: `place` is that of its outputs. */
interface StateReadout {
  readonly draft: ProgramDraft;
  readonly stack: Stack;
  readonly place: LossPlace;
  readonly lossFlags: LossFlags;
  /** Elements of `rowLoss`. */
  readonly rows: number;
}

/** Adds Σ g⊙c_T for the final row of every extra state and hands g to its gradient; then sums the loss over all rows. */
function readStates({ draft, stack, place, lossFlags, rows }: StateReadout): readonly OperationCall[] {
  const { flags, lossBit, reduceBit } = lossFlags;
  const { label, mask, count, loss, rowLoss } = place;
  let offset = alignSegment(place.N);
  const calls = stack.directions.flatMap(({ layer, direction, place: { T, B, H, states, reverse }, gradients }) =>
    Object.entries(states).map(([name, logits]) => {
      const dlogits = requireSegment(gradients?.dStates ?? {}, name);
      const target = draft.declare(TENSOR.upstream(layer, name, direction), "f32", [B, H], "batch");
      const final = reverse === 1 ? 0 : T * B * H;
      const at = { pOffset: final, pStride: H, dOffset: final, dStride: H };
      const own = { tensor: rowLoss.tensor, offset, length: B };
      offset += alignSegment(B);
      return callOperation(
        lossLinear,
        label,
        { N: B, V: H, ...at, flagBit: lossBit },
        { logits, target, mask, count, rowLoss: own, dlogits, flags },
      );
    }),
  );
  if (calls.length === 0) return [];
  const all = { rowLoss: { tensor: rowLoss.tensor }, count, loss, flags };
  return [...calls, callOperation(reduceLoss, label, { N: rows, perRow: 1, flagBit: reduceBit }, all)];
}

/** Outputs of the top layer at every step, for whoever looks at them, where the loss reads its final states only. */
function collectTop({ context, directions }: Stack, readout: HeadSteps): readonly OperationCall[] {
  const top = directions.filter(({ layer }) => layer === directions.at(-1)?.layer);
  if (readout === "every" || !needsCollecting(context, top, false)) return [];
  const looking = { ...context, pass: { ...context.pass, gradients: false } };
  const steps = { first: 0, count: context.pass.T };
  return collectStage(looking, top, false).forward({ steps, dropping: false });
}

function declareStackInput(draft: ProgramDraft, { T, B, input, inputWidth }: StackSpec): StackInput {
  if (input === "tokens") return { kind: "tokens", ids: draft.declare("batch.input", "u32", [T, B], "batch") };
  const x = draft.declare("batch.input", "f32", [T, B, inputWidth], "batch");
  return { kind: "features", x, dx: draft.declare("batch.dx", "f32", [T, B, inputWidth], "activation") };
}

/**
 * Phases `forward` (states, records, `loss`) and `backward` (da in the records, dh, `grads`, `batch.dx` for features).
 * Write `params`, `batch.input` [T, B, D] or ids [T, B], row 0 of each layer's states (row T of a backward direction's),
 * `upstream` (g, [N, H·directions] with N = T·B or B), the gradient of each extra state's final row (`TENSOR.upstream`,
 * [B, H]), `ones` (N times 1) and `count` = [1]; no scalars. Gates must be read between the phases.
 */
export function buildStackProgram(spec: StackSpec): BuiltProgram {
  const { T, B, inputWidth, readout } = spec;
  const draft = new ProgramDraft();
  const model = createModel({ layers: spec.layers, inputWidth, outputs: 0 });
  draft.declare(TENSOR.parameters, "f32", [model.P], "parameters");
  draft.declare(TENSOR.gradients, "f32", [model.P], "gradients");
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const input = declareStackInput(draft, spec);
  const present = spec.masked ? draft.declare(TENSOR.mask(), "f32", [T, B], "batch") : null;
  const pass: Pass = { prefix: "", T, B, flags, gradients: true, stateUpstream: 1, present };
  const stack = declareStack(draft, model, pass, { input, outputs: readout });
  const { output } = stack;
  if (!output.gradient) throw new Error("the stack's output has no gradient");
  const N = output.steps * B;
  // The head's rows, then those of every extra state; what lies between stays 0.
  const extraStates = stack.directions.reduce((sum, { cell }) => sum + cell.extraStates.length, 0);
  const lossRows = alignSegment(N) + extraStates * alignSegment(B);
  const rowLoss = draft.declare("rowLoss", "f32", [lossRows], "activation");
  const place: LossPlace = {
    label: "upstream",
    N,
    V: output.width,
    logits: output.tensor,
    logitsAt: output,
    dlogits: output.gradient.tensor,
    dlogitsAt: output.gradient,
    target: draft.declare("upstream", "f32", [N, output.width], "batch"),
    mask: draft.declare("ones", "f32", [N], "batch"),
    count: draft.declare("count", "f32", [1], "batch"),
    rowLoss: { ...rowLoss, offset: 0, length: N },
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  const lossFlags = claimLossFlags(draft, LINEAR, flags);
  const forward = [
    ...stackStart(stack),
    ...stackForward(stack),
    ...collectTop(stack, readout),
    ...lossCalls(LINEAR, place, lossFlags),
    ...readStates({ draft, stack, place, lossFlags, rows: lossRows }),
  ];
  return {
    program: { tensors: draft.tensors(), phases: { forward, backward: stackBackward(stack) } },
    model,
    flagOrigins: draft.flagOrigins(),
  };
}

/**
 * Training on windows that are not kept whole. A chunk gathers its own steps and plays over tensors of a chunk's length;
 * what is left of it are the states at its border and its row losses. On the way back, within a piece, the chunks are
 * computed again from the last to the first, each handed the gradient of the states in which the one behind it started:
 * the gradients are those of the whole window (checkpoints, Chen et al. 2016). Nothing is handed across pieces: that is
 * truncation, and a piece of one chunk is computed once only.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { batchGather } from "../operations/batch-gather.ts";
import { batchGatherIds } from "../operations/batch-gather-ids.ts";
import { maskRows } from "../operations/mask-rows.ts";
import { type Batch, buildBatch } from "./batch.ts";
import { BorderStates } from "./border-states.ts";
import { type CarriedPlace, declareCarried, keepCalls, resumeCalls } from "./carried-state.ts";
import { adding, PARTIAL_GRADIENTS, shifted } from "./chunk-calls.ts";
import { cutWindow, type Piece, predictedParts } from "./chunks.ts";
import { copyState } from "./copy-state.ts";
import { type HeadPlace, headBackward, headForward } from "./head.ts";
import { judgeRows, type RowsLoss, weighBatch } from "./head-loss.ts";
import { declareStack, type Stack, stackBackward, stackForward } from "./layers.ts";
import type { Model } from "./model.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { handBack } from "./stages/handed-back-stage.ts";
import type { Pass, StepRange } from "./stages/stage.ts";
import type { TrainingCalls, TrainingScalars } from "./training-calls.ts";

/** One length of chunk, laid out over the tensors that all chunks share. */
interface Layout {
  readonly batch: Batch;
  readonly stack: Stack;
  readonly head: HeadPlace;
  readonly loss: RowsLoss;
  readonly dlogits: TensorBinding; // [N, V]
  readonly rowLoss: TensorBinding; // [N]
  readonly weights: TensorBinding; // [N], the mask where rows are weighed by nothing else
}

/** Numbers, one for each row, inside a tensor. */
interface RowsAt {
  readonly tensor: TensorBinding;
  readonly offset: number;
}

/** Copies N numbers, one for each row of the head, between the tensors of a chunk and those of the window. */
function copyRows(N: number, from: RowsAt, to: RowsAt): OperationCall {
  const numbers = { N, C: 1, xOffset: from.offset, xStride: 1, outOffset: to.offset, outStride: 1, masked: 0 };
  return callOperation(maskRows, "head", numbers, { x: from.tensor, mask: from.tensor, out: to.tensor });
}

/** True where the loss weighs classes, so that the divisor asks for the targets of the whole window. */
const hasClassWeights = ({ loss }: ProgramSpec) => loss.name === "ce-weighted";

/** Lays out chunks and strings them together. */
class ChunkedTraining {
  readonly #draft: ProgramDraft;
  readonly #model: Model;
  readonly #spec: ProgramSpec;
  readonly #scalars: TrainingScalars;
  readonly #pieces: readonly Piece[];
  readonly #rowLoss: TensorBinding; // [N] of the whole window
  readonly #mask: TensorBinding; // [N] of the whole window
  readonly #weighed: ReturnType<typeof weighBatch>;
  readonly #states: readonly CarriedPlace[];
  readonly #borders: BorderStates;
  /** Rows of the head over the whole window. */
  readonly #N: number;
  #gradientsBegun = false;

  constructor(draft: ProgramDraft, model: Model, spec: ProgramSpec, scalars: TrainingScalars) {
    if (spec.dhNorms || spec.inputGradient) throw new Error("gradients of all steps are not kept in chunks");
    const { T, B, head } = spec;
    this.#draft = draft.overlay();
    this.#model = model;
    this.#spec = spec;
    this.#scalars = scalars;
    this.#pieces = cutWindow(spec);
    this.#N = (head === "every" ? T : 1) * B;
    const lengths = this.#pieces.flatMap((piece) => piece.map(({ count }) => count));
    this.#mask = draft.declare("window.mask", "f32", [this.#N], "batch");
    this.#rowLoss = draft.declare("rowLoss", "f32", [this.#N], "activation");
    const target = draft.declare("window.target", "u32", [hasClassWeights(spec) ? this.#N : 1], "batch");
    const batch = { mask: this.#mask, target };
    this.#weighed = weighBatch(draft, spec, { steps: this.#N / B, batch, count: scalars.count });
    const { stack } = this.#layOut(Math.max(...lengths), false);
    draft.declare(PARTIAL_GRADIENTS, "f32", [model.P], "gradients");
    this.#states = declareCarried(draft, spec.layers, stack.directions);
    const recomputed = Math.max(...this.#pieces.map((piece) => piece.length - 1));
    this.#borders = new BorderStates(draft, this.#states, recomputed);
  }

  /** Chunks of `count` steps; those that are not the last of their piece go on. The longest is laid out first. */
  #layOut(count: number, goesOn: boolean): Layout {
    const { B, outputs: V, head: outputs } = this.#spec;
    const draft = this.#draft;
    const batch = buildBatch(draft, { ...this.#spec, T: count });
    const pass: Pass = {
      ...{ prefix: "", T: count, B, flags: this.#scalars.flags, gradients: true, present: batch.present, goesOn },
      stateUpstream: goesOn ? 1 : 0,
    };
    const stack = declareStack(draft, this.#model, pass, { input: batch.input, outputs });
    const N = stack.output.steps * B;
    const logits = draft.declare("logits", "f32", [N, V], "activation");
    const dlogits = draft.declare("dlogits", "f32", [N, V], "transient");
    const rowLoss = draft.declare("chunk.rowLoss", "f32", [N], "activation");
    const { mask: factors, ...others } = this.#weighed.rows;
    const weights = factors === this.#mask ? batch.mask : draft.declare("chunk.weights", "f32", [N], "activation");
    const rows = { mask: weights, ...others };
    const judged = {
      ...this.#scalars,
      steps: stack.output.steps,
      target: batch.target,
      rows,
      rowLoss,
      logits,
      dlogits,
    };
    const head = { label: "head", model: this.#model, B, V, input: stack.output, logits };
    return { batch, stack, head, loss: judgeRows(draft, this.#spec, judged), dlogits, rowLoss, weights };
  }

  /** True where the head reads states of this chunk. */
  #speaks({ first, count }: StepRange): boolean {
    return this.#spec.head === "every" || first + count === this.#spec.T;
  }

  /** States, and where the head speaks logits and row losses, of a chunk whose start is in place. */
  #forward(chunk: StepRange, dropping = true): readonly OperationCall[] {
    const { batch, stack, head, loss, rowLoss, weights } = this.#layOut(chunk.count, false);
    const states = shifted([...batch.calls, ...stackForward(stack, { dropping })], chunk.first);
    if (!this.#speaks(chunk)) return states;
    const { B, head: steps } = this.#spec;
    const N = stack.output.steps * B;
    const offset = steps === "every" ? chunk.first * B : 0;
    const factors = this.#weighed.rows.mask;
    return [
      ...states,
      ...(weights === batch.mask ? [] : [copyRows(N, { tensor: factors, offset }, { tensor: weights, offset: 0 })]),
      ...headForward(head),
      ...loss.forward,
      copyRows(N, { tensor: rowLoss, offset: 0 }, { tensor: this.#rowLoss, offset }),
    ];
  }

  /** The gradients of a chunk whose forward pass was the last to be played. */
  #gradients(chunk: StepRange, goesOn: boolean): readonly OperationCall[] {
    const { stack, head, loss, dlogits } = this.#layOut(chunk.count, goesOn);
    const speaks = this.#speaks(chunk);
    const spoken = speaks ? [...loss.backward, ...headBackward(head, dlogits)] : [];
    const own = shifted([...spoken, ...stackBackward(stack, !speaks)], chunk.first);
    const calls = this.#gradientsBegun ? adding(own) : own;
    this.#gradientsBegun = true;
    return calls;
  }

  /** The backward pass of a piece whose last chunk was the last to be played. */
  #backward(piece: Piece): readonly OperationCall[] {
    const last = piece.length - 1;
    // A head on the last step says nothing about the pieces before the last, so their gradients are 0.
    if (!piece.some((chunk) => this.#speaks(chunk))) return [];
    return piece.toReversed().flatMap((chunk, i) => {
      const slot = last - i;
      const again = slot < last ? [...this.#borders.restore(slot), ...this.#forward(chunk)] : [];
      const { stack } = this.#layOut(chunk.count, slot < last);
      const handed = slot > 0 ? handBack(stack.context, stack.directions) : [];
      return [...again, ...this.#gradients(chunk, slot < last), ...handed];
    });
  }

  /** What every sweep over the window begins with: the first start, and the divisor of the mean. */
  #begin(): readonly OperationCall[] {
    const { T, B, R, K, head } = this.#spec;
    const numbers = { T: this.#N / B, shift: head === "every" ? 0 : T - 1, B, R, K };
    const gathered = {
      rows: { tensor: "data.target" },
      starts: { tensor: "starts" },
      ids: { tensor: "window.target" },
    };
    return [
      ...resumeCalls(this.#states),
      callOperation(
        batchGather,
        "batch",
        { ...numbers, D: 1 },
        { rows: { tensor: "data.mask" }, starts: { tensor: "starts" }, x: this.#mask },
      ),
      ...(hasClassWeights(this.#spec) ? [callOperation(batchGatherIds, "batch", numbers, gathered)] : []),
      ...this.#weighed.calls,
    ];
  }

  #mean(): OperationCall {
    const { loss } = this.#layOut(this.#pieces[0]?.[0]?.count ?? 0, false);
    return loss.mean(this.#N, this.#rowLoss);
  }

  /** The forward pass of a piece whose start is in place, with what its backward pass needs. */
  #piece(piece: Piece): readonly OperationCall[] {
    return piece.flatMap((chunk, slot) => [
      ...(slot > 0 ? this.#borders.goOn(piece[slot - 1]?.count ?? 0) : []),
      ...(slot < piece.length - 1 ? this.#borders.store(slot) : []),
      ...this.#forward(chunk),
    ]);
  }

  #evaluate(): readonly OperationCall[] {
    const chunks = this.#pieces.flat();
    const calls = chunks.flatMap((chunk, i) => [
      ...(i > 0 ? this.#borders.goOn(chunks[i - 1]?.count ?? 0) : []),
      ...this.#forward(chunk, false),
    ]);
    return [...this.#begin(), ...calls, this.#mean()];
  }

  /** Logits of `count` steps from the first row of each window on; `resume` goes on from the part before. */
  #predict(count: number): readonly OperationCall[] {
    const { batch, stack, head } = this.#layOut(count, false);
    const draft = this.#draft;
    const parts = declareCarried(draft, this.#spec.layers, stack.directions, "predicted");
    const kept = parts.map(({ label, segment, kept: tensor, end }) =>
      copyState(label, segment.shape, end, { tensor, row: 0 }),
    );
    return [
      ...resumeCalls(parts),
      ...batch.calls,
      ...stackForward(stack, { dropping: false }),
      ...headForward(head),
      ...kept,
    ];
  }

  build(): TrainingCalls {
    const last = this.#pieces.length - 1;
    const forward = [...this.#begin()];
    const backward: OperationCall[] = [];
    for (const [p, piece] of this.#pieces.entries()) {
      if (p > 0) forward.push(...this.#borders.restoreEnd());
      forward.push(...this.#piece(piece), ...this.#borders.storeEnd(piece.at(-1)?.count ?? 0));
      (p < last ? forward : backward).push(...this.#backward(piece));
    }
    forward.push(this.#mean());
    const [whole, rest] = ["predict", "predict-rest"].map((phase) =>
      predictedParts(this.#spec).find((part) => part.phase === phase),
    );
    if (!whole) throw new Error("a window in chunks is predicted in parts");
    return {
      forward,
      backward,
      keep: this.#spec.carried ? keepCalls(this.#borders.carried, this.#scalars.flags) : [],
      looks: [
        { phase: "evaluate", calls: this.#evaluate() },
        { phase: "predict", calls: this.#predict(whole.count) },
        ...(rest ? [{ phase: rest.phase, calls: this.#predict(rest.count) }] : []),
      ],
    };
  }
}

/**
 * The phases of a training Program whose windows are cut by `truncate` or `checkpoint`. After `forward` all pieces but the
 * last have been through their backward pass. `predict` and `predict-rest` leave the logits of as many steps as the longest
 * chunk has, and of what is left over. Scalars: forward and evaluate
 * `slot`, `live` and `resume` (1 = go on from what is carried), backward `slot` and `live`, predict and predict-rest
 * `slot`, `live` and `resume` (1 = go on from the part before).
 */
export function buildChunkedTraining(
  draft: ProgramDraft,
  model: Model,
  spec: ProgramSpec,
  scalars: TrainingScalars,
): TrainingCalls {
  return new ChunkedTraining(draft, model, spec, scalars).build();
}

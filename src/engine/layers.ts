/**
 * A model's stack in one pass: which stages its layers become, and their calls lowest first on the way up, topmost first
 * on the way back. The head, or whoever else reads a stack, sees `output` only.
 */
import { isRecurrent, topmostRecurrent } from "../core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import type { HeadSteps } from "./head.ts";
import type { Model } from "./model.ts";
import type { ProgramDraft } from "./program-draft.ts";
import { collectStage, needsCollecting } from "./stages/collect-stage.ts";
import { denseStage } from "./stages/dense-stage.ts";
import { dropoutStage } from "./stages/dropout-stage.ts";
import { embeddingStage } from "./stages/embedding-stage.ts";
import { handedBackStage } from "./stages/handed-back-stage.ts";
import { startCalls } from "./stages/initial-state.ts";
import { normStage } from "./stages/norm-stage.ts";
import { type LayerDirection, recurrentStage } from "./stages/recurrent-stage.ts";
import type { ForwardPlay, Pass, Rows, RowsPlace, Stage, StageContext, StageInput, StepRange } from "./stages/stage.ts";
import { TENSOR } from "./tensor-names.ts";

/** What enters a model. */
export type StackInput =
  | {
      readonly kind: "features";
      readonly x: TensorBinding; // [T, B, D]
      /** Where the gradient of the features goes, [T, B, D]; null when nobody asks (training). */
      readonly dx: TensorBinding | null;
    }
  | { readonly kind: "tokens"; readonly ids: TensorBinding }; // [T, B]

/** The stages of a pass. */
export interface Stack {
  readonly context: StageContext;
  /** Lowest first. */
  readonly stages: readonly Stage[];
  /** How many of them reach up to the topmost recurrent layer; those above it have no memory. */
  readonly remembering: number;
  /** Every recurrent layer in each of its directions, lowest layer first. */
  readonly directions: readonly LayerDirection[];
  /** What the topmost stage hands on: every step, or the final states. */
  readonly output: Rows;
}

function inputRows(input: StackInput, width: number, T: number): StageInput {
  if (input.kind === "tokens") return { kind: "tokens", ids: input.ids, width };
  const packed = { offset: 0, stride: width };
  const gradient: RowsPlace | null = input.dx && { tensor: input.dx, ...packed };
  return { kind: "rows", tensor: input.x, ...packed, steps: T, width, gradient };
}

/** Declares the tensors of every layer of a pass and lays out what feeds what. `outputs` says what leaves the top. */
export function declareStack(
  draft: ProgramDraft,
  model: Model,
  pass: Pass,
  { input, outputs }: { readonly input: StackInput; readonly outputs: HeadSteps },
): Stack {
  const { T, B, prefix } = pass;
  // The operations ask for a mask even where they do not read it.
  const mask = pass.present ?? draft.declare(TENSOR.mask(prefix), "f32", [T, B], "batch");
  const key = draft.declare(TENSOR.key(prefix), "u32", [2], "batch");
  const context: StageContext = { draft, model, pass, masked: pass.present ? 1 : 0, mask, key };
  const stages: Stage[] = [];
  const directions: LayerDirection[] = [];
  const { layers, inputWidth, embedding } = model.shape;
  let rows = inputRows(input, inputWidth, T);
  const put = (stage: Stage): Rows => {
    stages.push(stage);
    rows = stage.output;
    return stage.output;
  };
  if (embedding) {
    if (rows.kind !== "tokens") throw new Error("only token ids are looked up in an embedding");
    put(embeddingStage(context, embedding, rows));
  }
  const topmost = topmostRecurrent(layers);
  let remembering = 0;
  for (const [layer, choice] of layers.entries()) {
    if (isRecurrent(choice)) {
      const finalOnly = outputs === "last" && layer === topmost;
      const recurrent = recurrentStage(context, { layer, choice, input: rows, finalOnly });
      directions.push(...recurrent.directions);
      put(recurrent);
      if (pass.goesOn) put(handedBackStage(context, recurrent, finalOnly));
      if (needsCollecting(context, recurrent.directions, finalOnly)) {
        put(collectStage(context, recurrent.directions, finalOnly));
      }
    } else {
      if (rows.kind !== "rows") throw new Error("a dense layer reads features or embeddings");
      put(denseStage(context, { layer, choice, input: rows }));
    }
    if (layer === topmost) remembering = stages.length;
    if (rows.kind !== "rows") continue;
    if (choice.norm === "layer") put(normStage(context, layer, rows));
    const { dropout: rate = 0 } = choice;
    if (rate > 0 && pass.gradients) put(dropoutStage(context, { layer, rate, input: rows }));
  }
  if (rows.kind !== "rows") throw new Error("a model needs at least one layer");
  return { context, stages, remembering, directions, output: rows };
}

/** The whole sequence of a stack. */
const wholeOf = ({ context }: Stack): StepRange => ({ first: 0, count: context.pass.T });

/** Puts learned initial states in place; a pass that goes on from other states leaves it out. */
export function stackStart({ directions }: Stack): readonly OperationCall[] {
  return directions.flatMap(({ place }) => startCalls(place));
}

/**
 * Forward calls of the whole stack, lowest layer first, from the states that are in place. Give `steps` to play a part of
 * them, and `dropping` false to evaluate on the tensors of training.
 */
export function stackForward(stack: Stack, play: Partial<ForwardPlay> = {}): readonly OperationCall[] {
  const { steps = wholeOf(stack), dropping = true } = play;
  return stack.stages.flatMap((stage) => stage.forward({ steps, dropping }));
}

/**
 * Backward calls of the whole stack, topmost layer first: each hands its gradient down, then forms those of its parameters.
 * `unread` says that nothing has put a gradient into the output: only what lies behind the last step hands one back.
 */
export function stackBackward(stack: Stack, unread = false): readonly OperationCall[] {
  const whole = wholeOf(stack);
  const stages = unread ? stack.stages.slice(0, stack.remembering) : stack.stages;
  return stages.toReversed().flatMap((stage) => [...stage.backward(whole), ...stage.parameterGradients()]);
}

/**
 * A model's stack in one pass: which stages its layers become, and their calls lowest first on the way up, topmost first
 * on the way back. The head, or whoever else reads a stack, sees `output` only.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import type { HeadSteps } from "./head.ts";
import type { Model } from "./model.ts";
import type { ProgramDraft } from "./program-draft.ts";
import { collectStage, needsCollecting } from "./stages/collect-stage.ts";
import { handedBackStage } from "./stages/handed-back-stage.ts";
import { type LayerDirection, recurrentStage } from "./stages/recurrent-stage.ts";
import type { Pass, Rows, RowsPlace, Stage, StageContext, StageInput, StepRange } from "./stages/stage.ts";
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
  const { layers, inputWidth } = model.shape;
  let rows = inputRows(input, inputWidth, T);
  for (const [layer, choice] of layers.entries()) {
    const finalOnly = outputs === "last" && layer === layers.length - 1;
    const recurrent = recurrentStage(context, { layer, choice, input: rows, finalOnly });
    directions.push(...recurrent.directions);
    stages.push(recurrent);
    if (pass.goesOn) stages.push(handedBackStage(context, recurrent, finalOnly));
    rows = recurrent.output;
    if (needsCollecting(context, recurrent.directions, finalOnly)) {
      const collect = collectStage(context, recurrent.directions, finalOnly);
      stages.push(collect);
      rows = collect.output;
    }
  }
  if (rows.kind !== "rows") throw new Error("a model needs at least one layer");
  return { context, stages, directions, output: rows };
}

/** The whole sequence of a stack. */
const wholeOf = ({ context }: Stack): StepRange => ({ first: 0, count: context.pass.T });

/** Forward calls of the whole stack, lowest layer first. A part of the steps goes on from the states before it. */
export function stackForward(stack: Stack, steps = wholeOf(stack)): readonly OperationCall[] {
  return stack.stages.flatMap((stage) => stage.forward(steps));
}

/** Backward calls of the whole stack, topmost layer first: each hands its gradient down, then forms those of its parameters. */
export function stackBackward(stack: Stack): readonly OperationCall[] {
  const whole = wholeOf(stack);
  return stack.stages.toReversed().flatMap((stage) => [...stage.backward(whole), ...stage.parameterGradients()]);
}

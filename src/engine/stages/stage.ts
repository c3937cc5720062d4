/**
 * What a stack is made of: stages, each reading the rows of the one below and writing rows of its own. A stage knows its
 * calls in both directions and nothing of its neighbours, so what a layer consists of (cell, collecting of outputs,
 * normalisation, dropout) is a matter of which stages are put on each other.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import type { Model } from "../model.ts";
import type { ProgramDraft } from "../program-draft.ts";

/** One use of the model: training, probe or generation. `prefix` keeps their tensors apart. */
export interface Pass {
  readonly prefix: "" | "probe." | "generate.";
  readonly T: number;
  readonly B: number;
  readonly flags: TensorBinding;
  /** True where gradients are wanted: declares their tensors. */
  readonly gradients: boolean;
  /** 1 when the final row of every extra state's gradient holds an upstream gradient, 0 in plain training. */
  readonly stateUpstream: 0 | 1;
  /** 1 where a sequence has a step, else 0; null where every sequence has all of them. */
  readonly present: TensorBinding | null; // [T, B]
  /** True for a chunk whose sequence goes on behind it: the final states get a gradient from there, `TENSOR.handedBack`. */
  readonly goesOn?: boolean;
}

/** Where rows lie inside a tensor: the first element, and the distance from row to row. */
export interface RowsPlace {
  readonly tensor: TensorBinding;
  readonly offset: number;
  readonly stride: number;
}

/** What a stage reads or writes: `steps` · B rows of `width` numbers, step by step. */
export interface Rows extends RowsPlace {
  readonly kind: "rows";
  /** T for a sequence, 1 where only final states are handed on. */
  readonly steps: number;
  readonly width: number;
  /** Where the gradient of these rows is to be put; null where nobody asks for it. */
  readonly gradient: RowsPlace | null;
}

/** Token ids [T, B], each below `width`. */
export interface Tokens {
  readonly kind: "tokens";
  readonly ids: TensorBinding;
  readonly width: number;
}

/** What may enter a stage. */
export type StageInput = Rows | Tokens;

/** Steps to play, by original time from 0: the whole sequence, or a part of it. */
export interface StepRange {
  readonly first: number;
  readonly count: number;
}

/** What a forward pass plays. */
export interface ForwardPlay {
  readonly steps: StepRange;
  /** False plays dropout with rate 0, which hands everything on: an evaluation on the tensors of training. */
  readonly dropping: boolean;
}

/** One stage in a pass. A part of the steps may be played alone: forward from low to high, backward from high to low. */
export interface Stage {
  readonly output: Rows;
  /** Puts the output rows of these steps in place, from the input rows of the same steps. */
  forward(play: ForwardPlay): readonly OperationCall[];
  /** Puts the gradient of the input rows of these steps in place, from that of the output rows. */
  backward(steps: StepRange): readonly OperationCall[];
  /** Gradients of the stage's parameters over all steps, after `backward`. */
  parameterGradients(): readonly OperationCall[];
}

/** What every stage is made with. */
export interface StageContext {
  readonly draft: ProgramDraft;
  readonly model: Model;
  readonly pass: Pass;
  readonly masked: 0 | 1;
  readonly mask: TensorBinding; // [T, B], not read while masked = 0
  readonly key: TensorBinding; // u32 [2]
}

/** The rows of some steps of a sequence: their count, and the first element inside the tensor. */
export function rowsOf(
  { offset, stride }: Pick<RowsPlace, "offset" | "stride">,
  { first, count }: StepRange,
  B: number,
): { readonly N: number; readonly offset: number } {
  return { N: count * B, offset: offset + first * B * stride };
}

/**
 * The role of what a pass forms anew at every play, all of it that is ever read: of a training pass nobody looks at it, so its
 * memory serves others before and after (`liveness.ts`); views read theirs. Not for states, whose first row is given.
 */
export function formedRole({ gradients }: Pick<Pass, "gradients">): "transient" | "activation" {
  return gradients ? "transient" : "activation";
}

/** Declares packed rows of a stage's own as what it hands on, with their gradient `d`+name where the pass has gradients. */
export function declareOutput(
  { draft, pass }: StageContext,
  name: (derivative: "" | "d") => string,
  { steps, width }: Pick<Rows, "steps" | "width">,
): Rows {
  const declare = (derivative: "" | "d") => {
    const tensor = draft.declare(name(derivative), "f32", [steps, pass.B, width], formedRole(pass));
    return { tensor, offset: 0, stride: width };
  };
  const gradient = pass.gradients ? declare("d") : null;
  return { kind: "rows", ...declare(""), steps, width, gradient };
}

/** Where the gradient of a stage's output is. Throws in a pass without gradients. */
export function requireGradient({ gradient }: Rows, label: string): RowsPlace {
  if (!gradient) throw new Error(`${label} has no gradients in this pass`);
  return gradient;
}

/** Throws unless all steps are played: for stages whose operations know no parts of them. */
export function requireWhole({ count }: StepRange, { pass }: StageContext, label: string): void {
  if (count !== pass.T) throw new Error(`${label} plays all ${pass.T} steps at once, not ${count}`);
}

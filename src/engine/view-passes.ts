/**
 * The two small passes over the training parameters: `probe` runs a whole sequence with its record kept for the gate
 * views, `generate` runs one step and carries the state on. Both have one row and tensors of their own, so they may be
 * played between any two training steps.
 */
import { type LayerChoice, looksAhead } from "../core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { carryState } from "../operations/carry-state.ts";
import { activationCall } from "./activations.ts";
import { type HeadSteps, headForward } from "./head.ts";
import { declareStack, type StackInput, stackForward, stackStart } from "./layers.ts";
import type { LossSpec } from "./losses.ts";
import type { Model } from "./model.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";
import type { Pass } from "./stages/stage.ts";
import { TENSOR } from "./tensor-names.ts";

/** What is shown of the logits: probabilities where the loss implies them. */
export type ViewOutput = "softmax" | "sigmoid" | "logits";

/** What probe and generation show under a loss. */
export function viewOutput({ name }: LossSpec): ViewOutput {
  if (name === "ce" || name === "ce-weighted" || name === "ce-soft") return "softmax";
  return name === "bce" || name === "bce-prob" ? "sigmoid" : "logits";
}

/** Views raise this bit in a word of their own that nobody acts on. */
const VIEW_FLAG = 1;

/** What both passes are built from. */
export interface ViewSpec {
  readonly model: Model;
  readonly input: "features" | "tokens";
  readonly flags: TensorBinding;
  readonly output: ViewOutput;
  readonly head: HeadSteps;
}

/**
 * At which steps the probe shows an output: at every one, also under a head on the last step, because a net that looks
 * back says there what it would say if the sequence ended. A net that looks ahead has no such output before the end.
 */
export function probeSteps({ layers, head }: { readonly layers: readonly LayerChoice[]; readonly head: HeadSteps }) {
  return looksAhead(layers) ? head : "every";
}

/** Name of the tensor that holds a view's outputs, [T, V]. */
export function viewOutputTensor(prefix: Pass["prefix"], output: ViewOutput): string {
  return output === "logits" ? `${prefix}logits` : `${prefix}outputs`;
}

const WITHOUT_GRADIENTS = { gradients: false, stateUpstream: 0 } as const;

/** The calls of a pass; `begin` puts learned initial states in place. */
interface ViewPass {
  readonly begin: readonly OperationCall[];
  readonly step: readonly OperationCall[];
}

function buildPass(draft: ProgramDraft, view: ViewSpec, pass: Pass): ViewPass {
  const { model, output } = view;
  const { T, B, prefix } = pass;
  const { inputWidth: D, outputs: V } = model.shape;
  const name = `${prefix}input`;
  const input: StackInput =
    view.input === "tokens"
      ? { kind: "tokens", ids: draft.declare(name, "u32", [T, B], "batch") }
      : { kind: "features", x: draft.declare(name, "f32", [T, B, D], "batch"), dx: null };
  const outputs = probeSteps({ layers: model.shape.layers, head: view.head });
  const stack = declareStack(draft, model, pass, { input, outputs });
  const { output: top } = stack;
  const N = top.steps * B;
  const label = `${prefix.slice(0, -1)} head`;
  const logits = draft.declare(viewOutputTensor(prefix, "logits"), "f32", [N, V], "activation");
  const calls = [...stackForward(stack), ...headForward({ label, model, B, V, input: top, logits })];
  if (output !== "logits") {
    const y = draft.declare(viewOutputTensor(prefix, output), "f32", [N, V], "activation");
    calls.push(activationCall(output, { label, N, C: V, a: logits, y, flags: pass.flags, flagBit: VIEW_FLAG }));
  }
  if (prefix === "generate.") {
    for (const { place } of stack.directions) {
      for (const h of [place.h, ...Object.values(place.states)]) {
        calls.push(callOperation(carryState, place.label, { T, B, H: place.H }, { h }));
      }
    }
  }
  return { begin: stackStart(stack), step: calls };
}

/**
 * `probe`: T = `probeLength`, one row. A shorter probe is padded and its first steps are shown, which is exact for a net
 * that looks back only; for any other write which steps there are to `TENSOR.mask("probe.")` [T, 1].
 */
export function buildProbePass(draft: ProgramDraft, view: ViewSpec, probeLength: number): readonly OperationCall[] {
  const { flags, model } = view;
  const ahead = looksAhead(model.shape.layers);
  const present = ahead ? draft.declare(TENSOR.mask("probe."), "f32", [probeLength, 1], "batch") : null;
  const { begin, step } = buildPass(draft, view, {
    prefix: "probe.",
    T: probeLength,
    B: 1,
    flags,
    present,
    ...WITHOUT_GRADIENTS,
  });
  return [...begin, ...step];
}

/** `begin`, and `generate`: one step of one row; row 0 of every state in the next play is row 1 of this one. */
export function buildGeneratePass(draft: ProgramDraft, view: ViewSpec): ViewPass {
  const { flags } = view;
  return buildPass(draft, view, { prefix: "generate.", T: 1, B: 1, flags, present: null, ...WITHOUT_GRADIENTS });
}

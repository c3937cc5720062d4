/**
 * The activations of dense layers by name, forward and back: one elementwise operation for tanh, ReLU and σ, a row-wise
 * one for softmax. A linear layer has none.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { activationBackward } from "../operations/activation-backward.ts";
import { activationForward } from "../operations/activation-forward.ts";
import { softmaxBackward } from "../operations/softmax-backward.ts";
import { softmaxForward } from "../operations/softmax-forward.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

/** Values of the constant `activation` of the elementwise operations. */
const ELEMENTWISE = { tanh: 0, relu: 1, sigmoid: 2 } as const;

/** Name of an activation. */
export type Activation = keyof typeof ELEMENTWISE | "softmax";

/** Rows under an activation: a [N, C] is what it is applied to, y [N, C] what comes out. */
export interface ActivationPlace {
  readonly label: string;
  readonly N: number;
  readonly C: number;
  readonly a: TensorBinding;
  readonly y: TensorBinding;
  readonly flags: TensorBinding;
  readonly flagBit: number;
}

/** The bit with which an activation reports a pre-activation that is not finite. */
export function claimActivationFlag(draft: ProgramDraft, activation: Activation, label: string): number {
  return draft.claimFlagBit(activation === "softmax" ? softmaxForward : activationForward, label);
}

/** y = φ(a). */
export function activationCall(activation: Activation, place: ActivationPlace): OperationCall {
  const { label, N, C, a, y, flags, flagBit } = place;
  if (activation === "softmax") return callOperation(softmaxForward, label, { N, C, flagBit }, { a, y, flags });
  const numbers = { N, C, activation: ELEMENTWISE[activation], flagBit };
  return callOperation(activationForward, label, numbers, { a, y, flags });
}

/** da [N, C] from dy [N, C] and the activations of the forward pass. */
export function activationGradientCall(
  activation: Activation,
  { label, N, C, y }: ActivationPlace,
  { dy, da }: { readonly dy: TensorBinding; readonly da: TensorBinding },
): OperationCall {
  if (activation === "softmax") return callOperation(softmaxBackward, label, { N, C }, { y, dy, da });
  return callOperation(activationBackward, label, { N, C, activation: ELEMENTWISE[activation] }, { y, dy, da });
}

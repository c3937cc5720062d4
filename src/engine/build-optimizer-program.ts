/**
 * An optimizer alone as a Program, of the same calls as in training: given gradients in, parameters and moments out.
 */
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import type { Program } from "../core/program.ts";
import { gradientNorm } from "../operations/gradient-norm.ts";
import { momentsOf, optimizerCall } from "./optimizers.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";
import { TENSOR } from "./tensor-names.ts";

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

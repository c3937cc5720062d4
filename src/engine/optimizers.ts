/**
 * The optimizers by name: operation, state rows per parameter, and the run-time scalars of a step. Bias corrections
 * 1 − βⁱ are computed here in f64, by products only, and rounded once.
 */
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { optimizerAdam } from "../operations/optimizer-adam.ts";
import { optimizerRmsprop } from "../operations/optimizer-rmsprop.ts";
import { optimizerSgd } from "../operations/optimizer-sgd.ts";
import { power } from "./power.ts";
import { callOperation } from "./program-draft.ts";

/** A state row: first and second moment, largest second moment; mean square and mean; momentum buffer. */
export type MomentName = "m" | "v" | "vMax" | "square" | "mean" | "momentum";

/** Names of the state rows [S, P] of an optimizer, in order; they name the tensors of a saved run. */
export function momentsOf(optimizer: OptimizerChoice): readonly MomentName[] {
  switch (optimizer.name) {
    case "sgd":
      return ["momentum"];
    case "rmsprop": {
      const mean = optimizer.centered ? (["mean"] as const) : [];
      return ["square", ...mean, ...(optimizer.momentum > 0 ? (["momentum"] as const) : [])];
    }
    case "adam":
    case "adamw":
      return optimizer.amsgrad ? ["m", "v", "vMax"] : ["m", "v"];
    default:
      return optimizer satisfies never;
  }
}

/** Tensors of an optimizer step over the flat parameter buffer. */
export interface OptimizerPlace {
  readonly P: number;
  /** Rows of the metrics ring. */
  readonly M: number;
  readonly grads: TensorBinding;
  readonly params: TensorBinding;
  readonly state: TensorBinding;
  readonly norm: TensorBinding;
  readonly loss: TensorBinding;
  readonly flags: TensorBinding;
  readonly metrics: TensorBinding;
}

/** The call that updates every parameter. */
export function optimizerCall(optimizer: OptimizerChoice, place: OptimizerPlace): OperationCall {
  const { P, M, grads, params, state, norm, loss, flags, metrics } = place;
  const tensors = { grads, params, state, norm, loss, flags, metrics };
  const rows = momentsOf(optimizer);
  const S = rows.length;
  switch (optimizer.name) {
    case "sgd":
      return callOperation(optimizerSgd, "optimizer", { P, M }, tensors);
    case "rmsprop": {
      // Row 0 is the mean square, so 0 can stand for "no such row".
      const meanRow = Math.max(0, rows.indexOf("mean"));
      const bufferRow = Math.max(0, rows.indexOf("momentum"));
      return callOperation(optimizerRmsprop, "optimizer", { P, M, S, meanRow, bufferRow }, tensors);
    }
    case "adam":
    case "adamw": {
      const amsgrad = optimizer.amsgrad ? 1 : 0;
      return callOperation(optimizerAdam, "optimizer", { P, M, S, amsgrad }, tensors);
    }
    default:
      return optimizer satisfies never;
  }
}

/**
 * Writes the scalars of update number `i` (counted from 1 since the moments were zero) into `scalars`, which is reused
 * from step to step. Learning rate, clipping and slot are the caller's.
 */
export function writeOptimizerScalars(scalars: Record<string, number>, optimizer: OptimizerChoice, i: number): void {
  switch (optimizer.name) {
    case "sgd":
      scalars.weightDecay = optimizer.weightDecay;
      scalars.momentum = optimizer.momentum;
      scalars.nesterov = optimizer.nesterov ? 1 : 0;
      scalars.first = i === 1 ? 1 : 0;
      return;
    case "rmsprop":
      scalars.weightDecay = optimizer.weightDecay;
      scalars.momentum = optimizer.momentum;
      scalars.alpha = optimizer.alpha;
      scalars.gain = 1 - optimizer.alpha;
      scalars.epsilon = optimizer.epsilon;
      return;
    case "adam":
    case "adamw": {
      const decoupled = optimizer.name === "adamw";
      scalars.l2 = decoupled ? 0 : optimizer.weightDecay;
      scalars.decay = decoupled ? optimizer.weightDecay : 0;
      scalars.beta1 = optimizer.beta1;
      scalars.beta2 = optimizer.beta2;
      scalars.gain1 = 1 - optimizer.beta1;
      scalars.gain2 = 1 - optimizer.beta2;
      scalars.epsilon = optimizer.epsilon;
      scalars.correction1 = Math.fround(1 - power(optimizer.beta1, i));
      scalars.correction2 = Math.fround(1 - power(optimizer.beta2, i));
      return;
    }
    default:
      optimizer satisfies never;
  }
}

/**
 * The optimizers by name: operation, state rows per parameter, and the run-time scalars of a step. Bias corrections
 * 1 − βⁱ are computed here in f64 by repeated squaring of products (× only, so alike on every engine) and rounded once.
 */
import type { OptimizerChoice } from "../core/experiment.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { optimizerAdam } from "../operations/optimizer-adam.ts";
import { optimizerSgd } from "../operations/optimizer-sgd.ts";
import { callOperation } from "./program-draft.ts";

/** Names of the state rows [S, P], in order; they name the tensors of a saved run. */
export const MOMENTS: Readonly<Record<OptimizerChoice["name"], readonly string[]>> = {
  adam: ["m", "v"],
  sgd: ["momentum"],
};

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
export function optimizerCall(name: OptimizerChoice["name"], place: OptimizerPlace): OperationCall {
  const { P, M, grads, params, state, norm, loss, flags, metrics } = place;
  const tensors = { grads, params, state, norm, loss, flags, metrics };
  return name === "adam"
    ? callOperation(optimizerAdam, "optimizer", { P, M }, tensors)
    : callOperation(optimizerSgd, "optimizer", { P, M }, tensors);
}

/** βⁱ by squaring: at most 2 log₂ i products, no `Math.pow`. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/**
 * Writes the scalars of update number `i` (counted from 1 since the moments were zero) into `scalars`, which is reused
 * from step to step. Learning rate, clip and slot are the caller's.
 */
export function writeOptimizerScalars(scalars: Record<string, number>, optimizer: OptimizerChoice, i: number): void {
  if (optimizer.name === "sgd") {
    scalars.momentum = optimizer.momentum;
    scalars.first = i === 1 ? 1 : 0;
    return;
  }
  scalars.beta1 = optimizer.beta1;
  scalars.beta2 = optimizer.beta2;
  scalars.gain1 = 1 - optimizer.beta1;
  scalars.gain2 = 1 - optimizer.beta2;
  scalars.epsilon = optimizer.epsilon;
  scalars.correction1 = Math.fround(1 - power(optimizer.beta1, i));
  scalars.correction2 = Math.fround(1 - power(optimizer.beta2, i));
}

/** What every way of training builds into a Program: with whole windows, with windows in chunks, with a decoder. */
import type { OperationCall, PhaseName, TensorBinding } from "../core/program.ts";

/** The small tensors that forward, backward and update share. */
export interface TrainingScalars {
  readonly flags: TensorBinding; // u32 [1]
  readonly loss: TensorBinding; // [1]
  /** Divisor of the mean. */
  readonly count: TensorBinding; // [1]
}

/** Calls of the phases. */
export interface TrainingCalls {
  /** Ends with the loss. */
  readonly forward: readonly OperationCall[];
  /** Ends with all gradients. */
  readonly backward: readonly OperationCall[];
  /** Behind the optimizer. */
  readonly keep: readonly OperationCall[];
  /** The phases that look at the model and train nothing. */
  readonly looks: readonly { readonly phase: PhaseName; readonly calls: readonly OperationCall[] }[];
}

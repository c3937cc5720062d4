/**
 * Everything that decides a training Program, and nothing that does not: two equal specs build equal Programs. A run
 * derives it from experiment and dataset; verification writes it by hand.
 */
import { drops } from "../core/layer-choice.ts";
import type { Reduction } from "../core/loss-choice.ts";
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import type { HeadSteps } from "./head.ts";
import type { LossSpec } from "./losses.ts";
import type { ModelShape } from "./model.ts";
import type { DecoderSettings } from "./sequence-to-sequence/decoder-settings.ts";

/** Everything that decides a training Program. */
export interface ProgramSpec extends ModelShape {
  /** Features [R, D] or token ids [R]. */
  readonly input: "features" | "tokens";
  readonly head: HeadSteps;
  readonly loss: LossSpec;
  /** How the losses of rows become one; the mean where nothing is said. */
  readonly reduction?: Reduction;
  /** Decides operation and state rows; its numbers are run-time scalars. */
  readonly optimizer: OptimizerChoice;
  /** Steps and rows of a batch. */
  readonly T: number;
  readonly B: number;
  /** Resident data rows. */
  readonly R: number;
  /** Batches whose starts are uploaded together. */
  readonly K: number;
  /** Rows of the metrics ring. */
  readonly M: number;
  /** True where the data say which rows are steps (`data.present`); absent, all are. */
  readonly masked?: boolean;
  /** Steps of the probe; 0 builds no probe phase. */
  readonly probeLength: number;
  /** True where outputs are symbols that can be fed back: builds the generate phase. */
  readonly generate: boolean;
  /** True carries the states from batch to batch: the tensor `carried`, and the scalar `resume` of forward and evaluate. */
  readonly carried?: boolean;
  /**
   * A decoder behind the stack: windows are then pairs of symbols, `decoder.sourceSteps` rows of source and then rows that the
   * decoder reads; the phase `decode` lets it read its own.
   */
  readonly decoder?: DecoderSettings;
  /** True keeps parameters and gradients at 0 where `TENSOR.pruningMask` is 0. */
  readonly pruned?: boolean;
  /** Steps after which the backward pass is cut inside a window; absent or null, gradients reach back over all of it. */
  readonly truncate?: number | null;
  /** Steps between the states that are kept of a window, the rest being computed again; absent or null keeps everything. */
  readonly checkpoint?: number | null;
  /** True adds the phase `dh-norm`, the norm of every dh[t, b] (`TENSOR.dhNorm`). */
  readonly dhNorms?: boolean;
  /** True adds the gradient of the feature input, `batch.dx` [T, B, D]. */
  readonly inputGradient?: boolean;
}

/** True where training draws anew at every step, from `TENSOR.key()`: masks of dropout, a decoder's own symbols. */
export function drawsPerStep({ layers, decoder }: Pick<ProgramSpec, "layers" | "decoder">): boolean {
  return drops(layers) || (decoder?.sampling ?? null) !== null;
}

/** Steps of a window at which the model speaks: the last ones, if not all. */
export function spokenSteps({ head, T, decoder }: ProgramSpec): number {
  if (decoder) return T - decoder.sourceSteps;
  return head === "every" ? T : 1;
}

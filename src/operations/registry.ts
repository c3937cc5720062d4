/**
 * The table of every operation by name. Players, the plan and the operation list on the page read it; nothing else
 * needs all operations at once.
 */
import type { Operation } from "../core/operation.ts";
import { activationBackward } from "./activation-backward.ts";
import { activationForward } from "./activation-forward.ts";
import { addRows } from "./add-rows.ts";
import { advanceKey } from "./advance-key.ts";
import { applyMask } from "./apply-mask.ts";
import { attentionCollect } from "./attention-collect.ts";
import { attentionContext } from "./attention-context.ts";
import { attentionKeyGradient } from "./attention-key-gradient.ts";
import { attentionQueryGradient } from "./attention-query-gradient.ts";
import { attentionScoreAdditive } from "./attention-score-additive.ts";
import { attentionScoreDot } from "./attention-score-dot.ts";
import { attentionWeights } from "./attention-weights.ts";
import { attentionWeightsBackward } from "./attention-weights-backward.ts";
import { batchGather } from "./batch-gather.ts";
import { batchGatherIds } from "./batch-gather-ids.ts";
import { biasGradient } from "./bias-gradient.ts";
import { broadcastRow } from "./broadcast-row.ts";
import { carryState } from "./carry-state.ts";
import { classWeight } from "./class-weight.ts";
import { clipCount } from "./clip-count.ts";
import { dropout } from "./dropout.ts";
import { gatherBackward } from "./gather-backward.ts";
import { gatherForward } from "./gather-forward.ts";
import { gradientNorm } from "./gradient-norm.ts";
import { gruBackward } from "./gru-backward.ts";
import { gruForward } from "./gru-forward.ts";
import { inputGradient } from "./input-gradient.ts";
import { keepState } from "./keep-state.ts";
import { layerNormBackward } from "./layer-norm-backward.ts";
import { layerNormForward } from "./layer-norm-forward.ts";
import { lossBce } from "./loss-bce.ts";
import { lossBceProb } from "./loss-bce-prob.ts";
import { lossCe } from "./loss-ce.ts";
import { lossCeSoft } from "./loss-ce-soft.ts";
import { lossCeWeighted } from "./loss-ce-weighted.ts";
import { lossHuber } from "./loss-huber.ts";
import { lossLinear } from "./loss-linear.ts";
import { lossMae } from "./loss-mae.ts";
import { lossMse } from "./loss-mse.ts";
import { lstmBackward } from "./lstm-backward.ts";
import { lstmForward } from "./lstm-forward.ts";
import { maskCount } from "./mask-count.ts";
import { maskRows } from "./mask-rows.ts";
import { nextSymbol } from "./next-symbol.ts";
import { optimizerAdam } from "./optimizer-adam.ts";
import { optimizerRmsprop } from "./optimizer-rmsprop.ts";
import { optimizerSgd } from "./optimizer-sgd.ts";
import { projectForward } from "./project-forward.ts";
import { reduceLoss } from "./reduce-loss.ts";
import { resumeState } from "./resume-state.ts";
import { rnnBackward } from "./rnn-backward.ts";
import { rnnForward } from "./rnn-forward.ts";
import { rowNorm } from "./row-norm.ts";
import { sequenceWeight } from "./sequence-weight.ts";
import { softmaxBackward } from "./softmax-backward.ts";
import { softmaxForward } from "./softmax-forward.ts";
import { ugrnnBackward } from "./ugrnn-backward.ts";
import { ugrnnForward } from "./ugrnn-forward.ts";
import { weightGradient } from "./weight-gradient.ts";

/** Every operation, in alphabetical order. */
export const OPERATIONS: readonly Operation[] = [
  activationBackward,
  activationForward,
  addRows,
  advanceKey,
  applyMask,
  attentionCollect,
  attentionContext,
  attentionKeyGradient,
  attentionQueryGradient,
  attentionScoreAdditive,
  attentionScoreDot,
  attentionWeights,
  attentionWeightsBackward,
  batchGather,
  batchGatherIds,
  biasGradient,
  broadcastRow,
  carryState,
  classWeight,
  clipCount,
  dropout,
  gatherBackward,
  gatherForward,
  gradientNorm,
  gruBackward,
  gruForward,
  inputGradient,
  keepState,
  layerNormBackward,
  layerNormForward,
  lossBce,
  lossBceProb,
  lossCe,
  lossCeSoft,
  lossCeWeighted,
  lossHuber,
  lossLinear,
  lossMae,
  lossMse,
  lstmBackward,
  lstmForward,
  maskCount,
  maskRows,
  nextSymbol,
  optimizerAdam,
  optimizerRmsprop,
  optimizerSgd,
  projectForward,
  reduceLoss,
  resumeState,
  rnnBackward,
  rnnForward,
  rowNorm,
  sequenceWeight,
  softmaxBackward,
  softmaxForward,
  ugrnnBackward,
  ugrnnForward,
  weightGradient,
];

const byName = new Map(OPERATIONS.map((operation) => [operation.name, operation]));

/** The contract of that name; throws for a name that no operation has. */
export function findOperation(name: string): Operation {
  const operation = byName.get(name);
  if (!operation) throw new Error(`no operation is called ${name}`);
  return operation;
}

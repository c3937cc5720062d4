/**
 * The table of every twin by operation name. A new operation is playable on the CPU once its line stands here; a test
 * compares the table with the registry of contracts.
 */
import { activationBackward } from "../../operations/activation-backward.ts";
import { activationForward } from "../../operations/activation-forward.ts";
import { addRows } from "../../operations/add-rows.ts";
import { advanceKey } from "../../operations/advance-key.ts";
import { applyMask } from "../../operations/apply-mask.ts";
import { attentionCollect } from "../../operations/attention-collect.ts";
import { attentionContext } from "../../operations/attention-context.ts";
import { attentionKeyGradient } from "../../operations/attention-key-gradient.ts";
import { attentionQueryGradient } from "../../operations/attention-query-gradient.ts";
import { attentionScoreAdditive } from "../../operations/attention-score-additive.ts";
import { attentionScoreDot } from "../../operations/attention-score-dot.ts";
import { attentionWeights } from "../../operations/attention-weights.ts";
import { attentionWeightsBackward } from "../../operations/attention-weights-backward.ts";
import { batchGather } from "../../operations/batch-gather.ts";
import { batchGatherIds } from "../../operations/batch-gather-ids.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { broadcastRow } from "../../operations/broadcast-row.ts";
import { carryState } from "../../operations/carry-state.ts";
import { classWeight } from "../../operations/class-weight.ts";
import { clipCount } from "../../operations/clip-count.ts";
import { dropout } from "../../operations/dropout.ts";
import { gatherBackward } from "../../operations/gather-backward.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { gradientNorm } from "../../operations/gradient-norm.ts";
import { gruBackward } from "../../operations/gru-backward.ts";
import { gruForward } from "../../operations/gru-forward.ts";
import { inputGradient } from "../../operations/input-gradient.ts";
import { keepState } from "../../operations/keep-state.ts";
import { layerNormBackward } from "../../operations/layer-norm-backward.ts";
import { layerNormForward } from "../../operations/layer-norm-forward.ts";
import { lossBce } from "../../operations/loss-bce.ts";
import { lossBceProb } from "../../operations/loss-bce-prob.ts";
import { lossCe } from "../../operations/loss-ce.ts";
import { lossCeSoft } from "../../operations/loss-ce-soft.ts";
import { lossCeWeighted } from "../../operations/loss-ce-weighted.ts";
import { lossHuber } from "../../operations/loss-huber.ts";
import { lossLinear } from "../../operations/loss-linear.ts";
import { lossMae } from "../../operations/loss-mae.ts";
import { lossMse } from "../../operations/loss-mse.ts";
import { lstmBackward } from "../../operations/lstm-backward.ts";
import { lstmForward } from "../../operations/lstm-forward.ts";
import { maskCount } from "../../operations/mask-count.ts";
import { maskRows } from "../../operations/mask-rows.ts";
import { nextSymbol } from "../../operations/next-symbol.ts";
import { optimizerAdam } from "../../operations/optimizer-adam.ts";
import { optimizerRmsprop } from "../../operations/optimizer-rmsprop.ts";
import { optimizerSgd } from "../../operations/optimizer-sgd.ts";
import { projectForward } from "../../operations/project-forward.ts";
import { reduceLoss } from "../../operations/reduce-loss.ts";
import { resumeState } from "../../operations/resume-state.ts";
import { rnnBackward } from "../../operations/rnn-backward.ts";
import { rnnForward } from "../../operations/rnn-forward.ts";
import { rowNorm } from "../../operations/row-norm.ts";
import { sequenceWeight } from "../../operations/sequence-weight.ts";
import { softmaxBackward } from "../../operations/softmax-backward.ts";
import { softmaxForward } from "../../operations/softmax-forward.ts";
import { ugrnnBackward } from "../../operations/ugrnn-backward.ts";
import { ugrnnForward } from "../../operations/ugrnn-forward.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";
import { activationBackwardTwin } from "./activation-backward.ts";
import { activationForwardTwin } from "./activation-forward.ts";
import { addRowsTwin } from "./add-rows.ts";
import { advanceKeyTwin } from "./advance-key.ts";
import { applyMaskTwin } from "./apply-mask.ts";
import { attentionCollectTwin } from "./attention-collect.ts";
import { attentionContextTwin } from "./attention-context.ts";
import { attentionKeyGradientTwin } from "./attention-key-gradient.ts";
import { attentionQueryGradientTwin } from "./attention-query-gradient.ts";
import { attentionScoreAdditiveTwin } from "./attention-score-additive.ts";
import { attentionScoreDotTwin } from "./attention-score-dot.ts";
import { attentionWeightsTwin } from "./attention-weights.ts";
import { attentionWeightsBackwardTwin } from "./attention-weights-backward.ts";
import { batchGatherTwin } from "./batch-gather.ts";
import { batchGatherIdsTwin } from "./batch-gather-ids.ts";
import { biasGradientTwin } from "./bias-gradient.ts";
import { broadcastRowTwin } from "./broadcast-row.ts";
import { carryStateTwin } from "./carry-state.ts";
import { classWeightTwin } from "./class-weight.ts";
import { clipCountTwin } from "./clip-count.ts";
import { dropoutTwin } from "./dropout.ts";
import { gatherBackwardTwin } from "./gather-backward.ts";
import { gatherForwardTwin } from "./gather-forward.ts";
import { gradientNormTwin } from "./gradient-norm.ts";
import { gruBackwardTwin } from "./gru-backward.ts";
import { gruForwardTwin } from "./gru-forward.ts";
import { inputGradientTwin } from "./input-gradient.ts";
import { keepStateTwin } from "./keep-state.ts";
import { layerNormBackwardTwin } from "./layer-norm-backward.ts";
import { layerNormForwardTwin } from "./layer-norm-forward.ts";
import { lossBceTwin } from "./loss-bce.ts";
import { lossBceProbTwin } from "./loss-bce-prob.ts";
import { lossCeTwin } from "./loss-ce.ts";
import { lossCeSoftTwin } from "./loss-ce-soft.ts";
import { lossCeWeightedTwin } from "./loss-ce-weighted.ts";
import { lossHuberTwin } from "./loss-huber.ts";
import { lossLinearTwin } from "./loss-linear.ts";
import { lossMaeTwin } from "./loss-mae.ts";
import { lossMseTwin } from "./loss-mse.ts";
import { lstmBackwardTwin } from "./lstm-backward.ts";
import { lstmForwardTwin } from "./lstm-forward.ts";
import { maskCountTwin } from "./mask-count.ts";
import { maskRowsTwin } from "./mask-rows.ts";
import { nextSymbolTwin } from "./next-symbol.ts";
import { optimizerAdamTwin } from "./optimizer-adam.ts";
import { optimizerRmspropTwin } from "./optimizer-rmsprop.ts";
import { optimizerSgdTwin } from "./optimizer-sgd.ts";
import { projectForwardTwin } from "./project-forward.ts";
import { reduceLossTwin } from "./reduce-loss.ts";
import { resumeStateTwin } from "./resume-state.ts";
import { rnnBackwardTwin } from "./rnn-backward.ts";
import { rnnForwardTwin } from "./rnn-forward.ts";
import { rowNormTwin } from "./row-norm.ts";
import { sequenceWeightTwin } from "./sequence-weight.ts";
import { softmaxBackwardTwin } from "./softmax-backward.ts";
import { softmaxForwardTwin } from "./softmax-forward.ts";
import { implement, type ReferenceOperation } from "./twin.ts";
import { ugrnnBackwardTwin } from "./ugrnn-backward.ts";
import { ugrnnForwardTwin } from "./ugrnn-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

/** Every contract with its twin, in alphabetical order. */
export const REFERENCE_OPERATIONS: readonly ReferenceOperation[] = [
  implement(activationBackward, activationBackwardTwin),
  implement(activationForward, activationForwardTwin),
  implement(addRows, addRowsTwin),
  implement(advanceKey, advanceKeyTwin),
  implement(applyMask, applyMaskTwin),
  implement(attentionCollect, attentionCollectTwin),
  implement(attentionContext, attentionContextTwin),
  implement(attentionKeyGradient, attentionKeyGradientTwin),
  implement(attentionQueryGradient, attentionQueryGradientTwin),
  implement(attentionScoreAdditive, attentionScoreAdditiveTwin),
  implement(attentionScoreDot, attentionScoreDotTwin),
  implement(attentionWeights, attentionWeightsTwin),
  implement(attentionWeightsBackward, attentionWeightsBackwardTwin),
  implement(batchGather, batchGatherTwin),
  implement(batchGatherIds, batchGatherIdsTwin),
  implement(biasGradient, biasGradientTwin),
  implement(broadcastRow, broadcastRowTwin),
  implement(carryState, carryStateTwin),
  implement(classWeight, classWeightTwin),
  implement(clipCount, clipCountTwin),
  implement(dropout, dropoutTwin),
  implement(gatherBackward, gatherBackwardTwin),
  implement(gatherForward, gatherForwardTwin),
  implement(gradientNorm, gradientNormTwin),
  implement(gruBackward, gruBackwardTwin),
  implement(gruForward, gruForwardTwin),
  implement(inputGradient, inputGradientTwin),
  implement(keepState, keepStateTwin),
  implement(layerNormBackward, layerNormBackwardTwin),
  implement(layerNormForward, layerNormForwardTwin),
  implement(lossBce, lossBceTwin),
  implement(lossBceProb, lossBceProbTwin),
  implement(lossCe, lossCeTwin),
  implement(lossCeSoft, lossCeSoftTwin),
  implement(lossCeWeighted, lossCeWeightedTwin),
  implement(lossHuber, lossHuberTwin),
  implement(lossLinear, lossLinearTwin),
  implement(lossMae, lossMaeTwin),
  implement(lossMse, lossMseTwin),
  implement(lstmBackward, lstmBackwardTwin),
  implement(lstmForward, lstmForwardTwin),
  implement(maskCount, maskCountTwin),
  implement(maskRows, maskRowsTwin),
  implement(nextSymbol, nextSymbolTwin),
  implement(optimizerAdam, optimizerAdamTwin),
  implement(optimizerRmsprop, optimizerRmspropTwin),
  implement(optimizerSgd, optimizerSgdTwin),
  implement(projectForward, projectForwardTwin),
  implement(reduceLoss, reduceLossTwin),
  implement(resumeState, resumeStateTwin),
  implement(rnnBackward, rnnBackwardTwin),
  implement(rnnForward, rnnForwardTwin),
  implement(rowNorm, rowNormTwin),
  implement(sequenceWeight, sequenceWeightTwin),
  implement(softmaxBackward, softmaxBackwardTwin),
  implement(softmaxForward, softmaxForwardTwin),
  implement(ugrnnBackward, ugrnnBackwardTwin),
  implement(ugrnnForward, ugrnnForwardTwin),
  implement(weightGradient, weightGradientTwin),
];

const byName = new Map(REFERENCE_OPERATIONS.map((entry) => [entry.operation.name, entry]));

/** The contract and twin of that name; throws for a name that no operation has. */
export function findReferenceOperation(name: string): ReferenceOperation {
  const entry = byName.get(name);
  if (!entry) throw new Error(`no operation is called ${name}`);
  return entry;
}

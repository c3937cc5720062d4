/**
 * Builds the whole training Program: forward, backward, update, evaluate, and the small passes probe and generate over
 * the same parameter buffer. Data rows are resident; a step uploads nothing but the first rows of its windows.
 */
import type { OperationCall, PhaseName, Program, TensorBinding } from "../core/program.ts";
import { advanceKey } from "../operations/advance-key.ts";
import { applyMask } from "../operations/apply-mask.ts";
import { clipCount } from "../operations/clip-count.ts";
import { gradientNorm } from "../operations/gradient-norm.ts";
import { rowNorm } from "../operations/row-norm.ts";
import { TRAINING_PHASES } from "../operations/training-steps.ts";
import { buildBatch } from "./batch.ts";
import { declareCarried, keepCalls, resumeCalls } from "./carried-state.ts";
import { buildChunkedTraining } from "./chunked-training.ts";
import { isCut } from "./chunks.ts";
import { type HeadPlace, headBackward, headForward } from "./head.ts";
import { buildHeadLoss } from "./head-loss.ts";
import { declareStack, type Stack, stackBackward, stackForward, stackStart } from "./layers.ts";
import { createModel, type Model } from "./model.ts";
import { momentsOf, optimizerCall } from "./optimizers.ts";
import { callOperation, type FlagOrigin, ProgramDraft } from "./program-draft.ts";
import { drawsPerStep, type ProgramSpec, spokenSteps } from "./program-spec.ts";
import { createSequenceModel } from "./sequence-to-sequence/sequence-model.ts";
import { buildSequenceTraining } from "./sequence-to-sequence/sequence-training.ts";
import { buildSequenceProbe, buildSequenceSteps } from "./sequence-to-sequence/sequence-views.ts";
import type { Pass } from "./stages/stage.ts";
import { TENSOR } from "./tensor-names.ts";
import type { TrainingCalls, TrainingScalars } from "./training-calls.ts";
import { buildGeneratePass, buildProbePass, viewOutput } from "./view-passes.ts";

/** A built Program with what its players' owners need to know. */
export interface BuiltProgram {
  readonly program: Program;
  readonly model: Model;
  readonly flagOrigins: readonly FlagOrigin[];
}

/** Raw flag word of probe, generation and evaluation: raised bits there stop nothing. */
const VIEW_FLAGS = "view.flags";

/** Ring of the numbers of gradients that clipping by value cut off; only rows of steps that clip so are written. */
export const CLIPPED_RING = "clipped";

/** The calls of a forward pass whose flags do not stop the training. */
function asEvaluation(calls: readonly OperationCall[], viewFlags: TensorBinding): readonly OperationCall[] {
  return calls.map((call) => (call.tensors.flags ? { ...call, tensors: { ...call.tensors, flags: viewFlags } } : call));
}

function declareParameters(draft: ProgramDraft, model: Model, optimizer: ProgramSpec["optimizer"]) {
  return {
    params: draft.declare(TENSOR.parameters, "f32", [model.P], "parameters"),
    grads: draft.declare(TENSOR.gradients, "f32", [model.P], "gradients"),
    state: draft.declare(TENSOR.moments, "f32", [momentsOf(optimizer).length, model.P], "optimizer-state"),
  };
}

/** Forward and backward over whole windows, and what the next batch may go on with. */
function buildWholeTraining(
  draft: ProgramDraft,
  model: Model,
  spec: ProgramSpec,
  scalars: TrainingScalars,
): TrainingCalls {
  const { T, B, head, outputs: V } = spec;
  const { flags, count, loss } = scalars;
  const batch = buildBatch(draft, spec);
  const pass: Pass = { prefix: "", T, B, flags, gradients: true, stateUpstream: 0, present: batch.present };
  const stack = declareStack(draft, model, pass, { input: batch.input, outputs: head });
  const { output: top } = stack;
  const N = top.steps * B;
  const logits = draft.declare("logits", "f32", [N, V], "activation");
  const dlogits = draft.declare("dlogits", "f32", [N, V], "transient");
  const headPlace: HeadPlace = { label: "head", model, B, V, input: top, logits };
  const judged = buildHeadLoss(draft, spec, { steps: top.steps, batch, logits, dlogits, loss, count, flags });
  const carried = spec.carried ? declareCarried(draft, spec.layers, stack.directions) : [];
  const gather = [...resumeCalls(carried), ...batch.calls, ...judged.weigh, ...stackStart(stack)];
  const answer = [...headForward(headPlace), ...judged.forward];
  const forward = [...gather, ...stackForward(stack), ...answer];
  const evaluate = [...gather, ...stackForward(stack, { dropping: false }), ...answer];
  const backward = [...judged.backward, ...headBackward(headPlace, dlogits), ...stackBackward(stack)];
  const norms = spec.dhNorms ? [{ phase: "dh-norm", calls: buildNorms(draft, spec, stack) } as const] : [];
  return {
    ...{ forward, backward, keep: keepCalls(carried, flags) },
    looks: [{ phase: "evaluate", calls: evaluate }, ...norms],
  };
}

/** The norm of every dh[t, b] in a phase of its own, so that the training phases are the same with and without. */
function buildNorms(draft: ProgramDraft, { T, B }: ProgramSpec, { directions }: Stack): readonly OperationCall[] {
  return directions.flatMap(({ layer, direction, place, gradients }) => {
    const out = draft.declare(TENSOR.dhNorm(layer, direction), "f32", [T, B], "activation");
    // The row of the initial state, 0 or in reverse T, belongs to no step.
    const numbers = { N: T * B, H: place.H, xOffset: (1 - place.reverse) * B * place.H };
    return gradients ? [callOperation(rowNorm, place.label, numbers, { x: gradients.dh, out })] : [];
  });
}

/** The way of training that the spec asks for. */
function buildTraining(draft: ProgramDraft, model: Model, spec: ProgramSpec, scalars: TrainingScalars): TrainingCalls {
  const { decoder: settings } = spec;
  if (!settings) return (isCut(spec) ? buildChunkedTraining : buildWholeTraining)(draft, model, spec, scalars);
  if (isCut(spec)) throw new Error("a decoder reads its source as a whole");
  return buildSequenceTraining(draft, model, { spec, settings }, scalars);
}

/** The small passes that views and generation play. */
function buildViews(draft: ProgramDraft, model: Model, spec: ProgramSpec, flags: TensorBinding): Program["phases"] {
  const { decoder: settings, probeLength, generate, loss, head, input } = spec;
  if (settings) {
    if (probeLength === 0) return {};
    const view = { model, settings, flags, T: spokenSteps(spec) };
    return { probe: buildSequenceProbe(draft, view), ...buildSequenceSteps(draft, view) };
  }
  const view = { model, input, flags, output: viewOutput(loss), head };
  const probe = probeLength > 0 ? { probe: buildProbePass(draft, view, probeLength) } : {};
  if (!generate) return probe;
  const { begin, step } = buildGeneratePass(draft, view);
  return { ...probe, ...(begin.length > 0 ? { begin } : {}), generate: step };
}

/**
 * Builds the Program of a model in training. Tensors to write before the first play: `params`, `data.input`,
 * `data.target`, `data.mask`; before a forward play: `starts`. Scalars: forward and evaluate `slot` (batch in the ring)
 * and `live` (rows that count), with carried state also `resume` (1 = go on from it), where windows are cut
 * `buildChunkedTraining` says more, update those of the optimizer with `slot` (row of the metrics ring), and clip-count the
 * same again, after it. A pruned Program also wants its mask (`TENSOR.pruningMask`) before backward, one whose classes have
 * weights those (`TENSOR.classWeights`), one that sums its losses the divisor (`count`, see `countOfSum`).
 */
export function buildProgram(spec: ProgramSpec): BuiltProgram {
  const draft = new ProgramDraft();
  const model = spec.decoder ? createSequenceModel(spec, spec.decoder) : createModel(spec);
  const { params, grads, state } = declareParameters(draft, model, spec.optimizer);
  const viewFlags = draft.declare(VIEW_FLAGS, "u32", [1], "metrics");
  const scalars: TrainingScalars = {
    flags: draft.declare("flags", "u32", [1], "metrics"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
    count: draft.declare("count", "f32", [1], "metrics"),
  };
  const norm = draft.declare("norm", "f32", [1], "metrics");
  const metrics = draft.declare("metrics", "f32", [spec.M, 4], "metrics");
  const { forward, backward, keep, looks } = buildTraining(draft, model, spec, scalars);
  const { flags, loss } = scalars;
  const { P } = model;
  const mask = spec.pruned ? draft.declare(TENSOR.pruningMask, "f32", [P], "optimizer-state") : null;
  const prune = (x: TensorBinding) => (mask ? [callOperation(applyMask, "pruning", { P }, { mask, x })] : []);
  const update = [
    callOperation(
      gradientNorm,
      "optimizer",
      { P, flagBit: draft.claimFlagBit(gradientNorm, "optimizer") },
      { grads, norm, flags },
    ),
    optimizerCall(spec.optimizer, { P, M: spec.M, grads, params, state, norm, loss, flags, metrics }),
    ...prune(params),
    ...keep,
    ...(drawsPerStep(spec) ? [callOperation(advanceKey, "dropout", {}, { flags, key: { tensor: TENSOR.key() } })] : []),
  ];
  const clipped = draft.declare(CLIPPED_RING, "u32", [spec.M], "metrics");
  const counting = [callOperation(clipCount, "optimizer", { P, M: spec.M }, { grads, norm, clipped })];
  const phases: Partial<Record<PhaseName, readonly OperationCall[]>> = {
    forward,
    backward: [...backward, ...prune(grads)],
    update,
    "clip-count": counting,
  };
  for (const { phase, calls } of looks) phases[phase] = asEvaluation(calls, viewFlags);
  Object.assign(phases, buildViews(draft, model, spec, viewFlags));
  // The norms are formed behind the step, so its gradients must outlive it.
  const step = spec.dhNorms ? {} : { trainingStep: TRAINING_PHASES };
  const program = { tensors: draft.tensors(), phases, ...step };
  return { program, model, flagOrigins: draft.flagOrigins() };
}

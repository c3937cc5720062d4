/**
 * The training calls of a model that turns sequences into sequences. A window of the data is a pair: its first rows are the
 * source, the others what the decoder reads and should say, so a step still uploads nothing but the first rows of windows.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { batchGather } from "../../operations/batch-gather.ts";
import { batchGatherIds } from "../../operations/batch-gather-ids.ts";
import { weighBatch } from "../head-loss.ts";
import { claimLossFlags, lossCalls } from "../losses.ts";
import type { Model } from "../model.ts";
import { callOperation, type ProgramDraft } from "../program-draft.ts";
import type { ProgramSpec } from "../program-spec.ts";
import { TENSOR } from "../tensor-names.ts";
import type { TrainingCalls, TrainingScalars } from "../training-calls.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import { backward, declareEncoderDecoder, forwardFeeding, forwardGiven, GREEDY } from "./encoder-decoder.ts";
import { packed } from "./rows.ts";

/** A batch of pairs and the calls that gather it. */
interface PairBatch {
  readonly source: TensorBinding; // ids [S, B]
  /** 1 where a source has a step. */
  readonly present: TensorBinding; // [S, B]
  readonly ids: TensorBinding; // [T, B]
  readonly target: TensorBinding; // ids [T·B]
  /** 1 where a decoder step counts in the loss. */
  readonly mask: TensorBinding; // [T·B]
  readonly calls: readonly OperationCall[];
}

/** Names of the batch's symbols. */
const PAIR_TENSOR = { source: "batch.source", ids: "batch.input" } as const;

function gatherPairs(draft: ProgramDraft, spec: ProgramSpec, { sourceSteps: S }: DecoderSettings): PairBatch {
  const { B, R, K } = spec;
  const T = spec.T - S;
  const starts = draft.declare("starts", "u32", [K, B], "batch");
  const calls: OperationCall[] = [];
  const gatherIds = (rows: TensorBinding, name: string, steps: { readonly T: number; readonly shift: number }) => {
    const ids = draft.declare(name, "u32", [steps.T, B], "batch");
    calls.push(callOperation(batchGatherIds, "batch", { ...steps, B, R, K }, { rows, starts, ids }));
    return ids;
  };
  const gather = (name: string, into: string, steps: { readonly T: number; readonly shift: number }) => {
    const rows = draft.declare(name, "f32", [R, 1], "data");
    const x = draft.declare(into, "f32", [steps.T, B], "batch");
    calls.push(callOperation(batchGather, "batch", { ...steps, B, D: 1, R, K }, { rows, starts, x }));
    return x;
  };
  const symbols = draft.declare("data.input", "u32", [R], "data");
  const wanted = draft.declare("data.target", "u32", [R], "data");
  const first = { T: S, shift: 0 };
  const second = { T, shift: S };
  return {
    source: gatherIds(symbols, PAIR_TENSOR.source, first),
    present: gather("data.present", TENSOR.mask(), first),
    ids: gatherIds(symbols, PAIR_TENSOR.ids, second),
    target: gatherIds(wanted, "batch.target", second),
    mask: gather("data.mask", "batch.mask", second),
    calls,
  };
}

/**
 * `forward` and `backward` of training, with scheduled sampling where the settings wish it; `evaluate` with every symbol
 * given; `decode`, in which the decoder reads its own likeliest symbols. Logits [T·B, V] stand in `logits` after each.
 */
export function buildSequenceTraining(
  draft: ProgramDraft,
  model: Model,
  { spec, settings }: { readonly spec: ProgramSpec; readonly settings: DecoderSettings },
  { flags, loss, count }: TrainingScalars,
): TrainingCalls {
  const { B, outputs: V } = spec;
  const S = settings.sourceSteps;
  const T = spec.T - S;
  const N = T * B;
  const batch = gatherPairs(draft, spec, settings);
  const { source, ids, target, present } = batch;
  const pass = { prefix: "", T: S, B, flags, gradients: true, stateUpstream: 0, present } as const;
  const parts = declareEncoderDecoder(draft, { model, settings, pass, T, source, ids, stepwise: true });
  const { logits, gradients } = parts.decoder;
  if (!gradients) throw new Error("training needs gradients");
  const rowLoss = draft.declare("rowLoss", "f32", [N], "activation");
  const rows = { logits, logitsAt: packed(logits, V), dlogits: gradients.dlogits, dlogitsAt: packed(logits, V) };
  const weighed = weighBatch(draft, spec, { steps: T, batch, count });
  const place = { label: "head", N, V, target, ...weighed.rows, rowLoss, loss, count, ...rows };
  const begin = [...batch.calls, ...weighed.calls];
  const end = lossCalls(spec.loss, place, claimLossFlags(draft, spec.loss, flags));
  const given = (dropping: boolean) => [...begin, ...forwardGiven(parts, dropping), ...end];
  const { sampling } = settings;
  return {
    forward: sampling
      ? [...begin, ...forwardFeeding(parts, ids, { ...sampling, dropping: true }), ...end]
      : given(true),
    backward: backward(parts),
    keep: [],
    looks: [
      { phase: "evaluate", calls: given(false) },
      { phase: "decode", calls: [...begin, ...forwardFeeding(parts, ids, { ...GREEDY, dropping: false })] },
    ],
  };
}

/**
 * The gathering of a batch: windows of consecutive resident rows become time-major inputs, targets and loss masks. A
 * head on the last step needs the last row of each window only, so its targets are gathered with T = 1 and a shift.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { batchGather } from "../operations/batch-gather.ts";
import { batchGatherIds } from "../operations/batch-gather-ids.ts";
import type { StackInput } from "./layers.ts";
import { hasClassTargets } from "./losses.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { TENSOR } from "./tensor-names.ts";

/** The gathered tensors and the calls that fill them. */
export interface Batch {
  readonly input: StackInput;
  readonly target: TensorBinding; // [N, V], or ids [N]
  /** 1 where a row counts in the loss. */
  readonly mask: TensorBinding; // [N]
  /** 1 where a sequence has a step; null where every row is one. */
  readonly present: TensorBinding | null; // [T, B]
  readonly calls: readonly OperationCall[];
}

/** Steps of a window that are gathered, and how many before them are left out. */
interface Window {
  readonly T: number;
  readonly shift: number;
}

/** Where the gradient of the features goes: nowhere in plain training. */
function declareInputGradient(draft: ProgramDraft, { T, B, inputWidth, inputGradient }: ProgramSpec) {
  return inputGradient ? draft.declare("batch.dx", "f32", [T, B, inputWidth], "activation") : null;
}

/** Declares the resident rows, the ring of starts and the batch tensors of a training Program. */
export function buildBatch(draft: ProgramDraft, spec: ProgramSpec): Batch {
  const { T, B, R, K, inputWidth: D, outputs: V } = spec;
  const starts = draft.declare("starts", "u32", [K, B], "batch");
  const rows = spec.head === "every" ? T : 1;
  const shift = T - rows;
  const calls: OperationCall[] = [];
  const gather = (name: string, width: number, window: Window, into = `batch.${name}`) => {
    const resident = draft.declare(`data.${name}`, "f32", [R, width], "data");
    const x = draft.declare(into, "f32", [window.T, B, width], "batch");
    calls.push(callOperation(batchGather, "batch", { ...window, B, D: width, R, K }, { rows: resident, starts, x }));
    return x;
  };
  const gatherIds = (name: string, window: Window) => {
    const resident = draft.declare(`data.${name}`, "u32", [R], "data");
    const ids = draft.declare(`batch.${name}`, "u32", [window.T, B], "batch");
    calls.push(callOperation(batchGatherIds, "batch", { ...window, B, R, K }, { rows: resident, starts, ids }));
    return ids;
  };
  const whole = { T, shift: 0 };
  const scored = { T: rows, shift };
  const input: StackInput =
    spec.input === "tokens"
      ? { kind: "tokens", ids: gatherIds("input", whole) }
      : { kind: "features", x: gather("input", D, whole), dx: declareInputGradient(draft, spec) };
  const target = hasClassTargets(spec.loss) ? gatherIds("target", scored) : gather("target", V, scored);
  const mask = gather("mask", 1, scored);
  const present = spec.masked ? gather("present", 1, whole, TENSOR.mask()) : null;
  return { input, target, mask, present, calls };
}

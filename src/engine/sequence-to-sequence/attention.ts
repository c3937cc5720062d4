/**
 * Attention over an encoder's outputs, in three forms, played for any range of decoder steps: a decoder whose query is
 * its state before the step attends step by step, one that asks with the state after it attends to all steps at once.
 * What flows back to the source is collected after all steps, in one fixed order.
 */
import type { OperationCall } from "../../core/program.ts";
import { attentionContext } from "../../operations/attention-context.ts";
import { attentionScoreAdditive } from "../../operations/attention-score-additive.ts";
import { attentionScoreDot } from "../../operations/attention-score-dot.ts";
import { attentionWeights } from "../../operations/attention-weights.ts";
import { requireSegment } from "../cells/segments.ts";
import { callOperation, type ProgramDraft } from "../program-draft.ts";
import type { StepRange } from "../stages/stage.ts";
import { attendBackward, collect, declareBackward } from "./attention-backward.ts";
import {
  type AttentionParts,
  type AttentionSpec,
  declareParts,
  keysWindow,
  outWindow,
  queryWindow,
  rangeOf,
} from "./attention-parts.ts";
import { projectRows, skipRows } from "./rows.ts";

/** Attention in a pass. */
export interface Attention {
  /** Projects the source rows: before the first step. */
  prepare(): readonly OperationCall[];
  /** Weights and contexts of these steps. */
  attend(steps: StepRange): readonly OperationCall[];
  /** From dcontext of these steps to the scores, and on to the queries. */
  attendBackward(steps: StepRange): readonly OperationCall[];
  /** What all steps hand back to source and parameters: after the last `attendBackward`. */
  collect(): readonly OperationCall[];
}

function prepare({ spec, A, E, keys, zero }: AttentionParts): readonly OperationCall[] {
  const { form, label, S, B, widths, source, parameters } = spec;
  if (form.score === "dot") return [];
  const W = requireSegment(parameters, form.score === "additive" ? "Wk" : "Wkv");
  const C = form.score === "additive" ? A : A + E;
  return [projectRows({ label, N: S * B, D: widths.source, C }, source, { W, b: zero }, keys)];
}

function attend(parts: AttentionParts, range: StepRange): readonly OperationCall[] {
  const { spec, A, E, scale, query, keys, values, scores, weights, zero } = parts;
  const { form, label, B, widths, parameters, mask, masked, flags, flagBit } = spec;
  const { sizes, pairsOffset, rows } = rangeOf(spec, range);
  const asked = skipRows(query, rows);
  const calls: OperationCall[] = [];
  if (form.score !== "dot") {
    const affine = { label, N: range.count * B, D: widths.query, C: A };
    const b = form.score === "additive" ? requireSegment(parameters, "ba") : zero;
    calls.push(projectRows(affine, skipRows(spec.queries, rows), { W: requireSegment(parameters, "Wq"), b }, asked));
  }
  const pairs = { ...sizes, D: A, ...queryWindow(asked), ...keysWindow(keys), pairsOffset };
  const scored = { query: asked.tensor, keys: keys.tensor, scores };
  calls.push(
    form.score === "additive"
      ? callOperation(attentionScoreAdditive, label, pairs, { ...scored, v: requireSegment(parameters, "v") })
      : callOperation(attentionScoreDot, label, { ...pairs, scale }, scored),
    callOperation(
      attentionWeights,
      label,
      { ...sizes, pairsOffset, masked, flagBit },
      { scores, mask, weights, flags },
    ),
  );
  const out = skipRows(spec.context, rows);
  const valuesWindow = { valuesOffset: values.offset, valuesStride: values.stride };
  const sum = { ...sizes, D: E, pairsOffset, ...valuesWindow, ...outWindow(out), scale: 1 };
  calls.push(callOperation(attentionContext, label, sum, { weights, values: values.tensor, out: out.tensor }));
  return calls;
}

/** Declares the tensors of an attention and returns its calls. Throws where `dot` meets unequal widths. */
export function createAttention(draft: ProgramDraft, spec: AttentionSpec): Attention {
  const { query, source } = spec.widths;
  if (spec.form.score === "dot" && query !== source) throw new Error(`queries of ${query} meet keys of ${source}`);
  const parts = declareParts(draft, spec);
  const backward = spec.gradients && declareBackward(draft, parts, spec.gradients);
  const required = () => {
    if (!backward) throw new Error(`${spec.label} has no gradients in this pass`);
    return backward;
  };
  return {
    prepare: () => prepare(parts),
    attend: (range) => attend(parts, range),
    attendBackward: (range) => attendBackward(required(), range),
    collect: () => collect(required()),
  };
}

/**
 * The way back through an attention: step by step from the context to scores and queries, and at the end, over all steps
 * in rising order, to the source rows and the parameters. Scores' gradients stay where views and checks can read them.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { attentionCollect } from "../../operations/attention-collect.ts";
import { attentionContext } from "../../operations/attention-context.ts";
import { attentionKeyGradient } from "../../operations/attention-key-gradient.ts";
import { attentionQueryGradient } from "../../operations/attention-query-gradient.ts";
import { attentionScoreDot } from "../../operations/attention-score-dot.ts";
import { attentionWeightsBackward } from "../../operations/attention-weights-backward.ts";
import { requireSegment } from "../cells/segments.ts";
import { callOperation, type ProgramDraft } from "../program-draft.ts";
import type { RowsPlace, StepRange } from "../stages/stage.ts";
import {
  ATTENTION_TENSOR,
  type AttentionGradients,
  type AttentionParts,
  keysWindow,
  outWindow,
  queryWindow,
  rangeOf,
} from "./attention-parts.ts";
import { addTo, biasGradientOf, fromColumn, handBackRows, packed, skipRows, weightGradientOf } from "./rows.ts";

/** The tensors of the way back. */
export interface AttentionBackwardParts extends AttentionParts {
  readonly gradients: AttentionGradients;
  readonly dscores: TensorBinding;
  /** Where the projected queries lie, in a tensor of its own. */
  readonly dquery: RowsPlace;
  /** What a range of steps hands to its queries, before it is added. */
  readonly handedBack: RowsPlace;
  /** Gradient of the projected source rows, which lie as they do. */
  readonly dkeys: RowsPlace;
  readonly dvRows: TensorBinding;
}

/** Declares the tensors of the way back. */
export function declareBackward(
  draft: ProgramDraft,
  parts: AttentionParts,
  gradients: AttentionGradients,
): AttentionBackwardParts {
  const { A, E, spec, keys } = parts;
  const { prefix, T, B, S, widths } = spec;
  const declare = (name: string, shape: readonly number[]) =>
    draft.declare(`${prefix}attention.${name}`, "f32", shape, "transient");
  return {
    ...parts,
    gradients,
    dscores: draft.declare(ATTENTION_TENSOR.dscores, "f32", [T, B, S], "transient"),
    dquery: packed(declare("dquery", [T, B, A]), A),
    handedBack: packed(declare("handedBack", [T, B, widths.query]), widths.query),
    dkeys: { ...keys, tensor: declare("dkeys", [S, B, A + E]) },
    dvRows: declare("dvRows", [S, B, A]),
  };
}

/** From dcontext of these steps to the scores, and on to the queries. */
export function attendBackward(parts: AttentionBackwardParts, range: StepRange): readonly OperationCall[] {
  const { spec, A, E, scale, query, keys, values, weights, dscores, gradients } = parts;
  const { form, label, B, widths, parameters } = spec;
  const { sizes, pairsOffset, rows } = rangeOf(spec, range);
  const dcontext = skipRows(gradients.dcontext, rows);
  const products = { ...sizes, D: E, ...queryWindow(dcontext), ...keysWindow(values), pairsOffset, scale: 1 };
  const calls = [
    callOperation(attentionScoreDot, label, products, { query: dcontext.tensor, keys: values.tensor, scores: dscores }),
    callOperation(attentionWeightsBackward, label, { ...sizes, pairsOffset }, { weights, dscores }),
  ];
  const asked = skipRows(query, rows);
  const dquery = skipRows(parts.dquery, rows);
  const handedBack = skipRows(parts.handedBack, rows);
  const into = form.score === "dot" ? handedBack : dquery;
  if (form.score === "additive") {
    const v = requireSegment(parameters, "v");
    const pairs = { ...sizes, D: A, ...queryWindow(asked), ...keysWindow(keys), pairsOffset };
    const tensors = { query: asked.tensor, keys: keys.tensor, v, dscores, dquery: dquery.tensor };
    calls.push(callOperation(attentionQueryGradient, label, pairs, tensors));
  } else {
    const window = { valuesOffset: keys.offset, valuesStride: keys.stride, ...outWindow(into) };
    const tensors = { weights: dscores, values: keys.tensor, out: into.tensor };
    calls.push(callOperation(attentionContext, label, { ...sizes, D: A, pairsOffset, ...window, scale }, tensors));
  }
  const affine = { label, N: range.count * B, D: widths.query, C: A };
  if (form.score !== "dot") calls.push(handBackRows(affine, dquery, requireSegment(parameters, "Wq"), handedBack));
  calls.push(addTo({ ...affine, C: widths.query }, handedBack, skipRows(gradients.dqueries, rows)));
  return calls;
}

/** Σ_t weights · rows into source rows. */
function collectRows(
  { spec }: AttentionParts,
  weights: TensorBinding,
  rows: RowsPlace,
  into: { readonly place: RowsPlace; readonly D: number; readonly scale: number; readonly accumulate: 0 | 1 },
): OperationCall {
  const { label, T, B, S } = spec;
  const { place, D, scale, accumulate } = into;
  const windows = { rowsOffset: rows.offset, rowsStride: rows.stride, ...outWindow(place) };
  const numbers = { T, B, S, D, pairsOffset: 0, ...windows, accumulate, scale };
  return callOperation(attentionCollect, label, numbers, { weights, rows: rows.tensor, out: place.tensor });
}

/** What all steps hand back to source and parameters. */
export function collect(parts: AttentionBackwardParts): readonly OperationCall[] {
  const { spec, A, E, scale, query, weights, dscores, dquery, dkeys, gradients } = parts;
  const { form, label, T, B, S, widths, source, parameters } = spec;
  const { dcontext, dsource } = gradients;
  const own = { D: E, scale: 1 };
  if (form.score === "dot") {
    if (!dsource) return [];
    return [
      collectRows(parts, weights, dcontext, { ...own, place: dsource, accumulate: 0 }),
      collectRows(parts, dscores, query, { D: A, scale, place: dsource, accumulate: 1 }),
    ];
  }
  const asking = { label, N: T * B, D: widths.query, C: A };
  const dWq = weightGradientOf(asking, spec.queries, dquery, requireSegment(gradients.parameters, "Wq"));
  const asked = { label, N: S * B, D: widths.source, C: form.score === "additive" ? A : A + E };
  const name = form.score === "additive" ? "Wk" : "Wkv";
  const dW = weightGradientOf(asked, source, dkeys, requireSegment(gradients.parameters, name));
  const handDown = dsource ? [handBackRows(asked, dkeys, requireSegment(parameters, name), dsource)] : [];
  if (form.score === "dot-projected") {
    return [
      collectRows(parts, dscores, query, { D: A, scale, place: dkeys, accumulate: 0 }),
      collectRows(parts, weights, dcontext, { ...own, place: fromColumn(dkeys, A), accumulate: 0 }),
      ...handDown,
      ...[dWq, dW],
    ];
  }
  const values = dsource ? [collectRows(parts, weights, dcontext, { ...own, place: dsource, accumulate: 1 })] : [];
  return [collectKeys(parts), ...handDown, ...values, dWq, dW, ...additiveGradients(parts)];
}

/** dkeys and the rows of dv. */
function collectKeys({ spec, A, query, keys, dscores, dkeys, dvRows }: AttentionBackwardParts): OperationCall {
  const { label, T, B, S, parameters } = spec;
  const numbers = { T, B, S, D: A, ...queryWindow(query), ...keysWindow(keys), pairsOffset: 0 };
  const v = requireSegment(parameters, "v");
  const read = { query: query.tensor, keys: keys.tensor, v, dscores };
  return callOperation(attentionKeyGradient, label, numbers, { ...read, dkeys: dkeys.tensor, dvRows });
}

/** db_a and dv, sums over all queries and over all source rows. */
function additiveGradients({ spec, A, dquery, dvRows, gradients }: AttentionBackwardParts): readonly OperationCall[] {
  const { label, T, B, S } = spec;
  return [
    biasGradientOf({ label, N: T * B, C: A }, dquery, requireSegment(gradients.parameters, "ba")),
    biasGradientOf({ label, N: S * B, C: A }, packed(dvRows, A), requireSegment(gradients.parameters, "v")),
  ];
}

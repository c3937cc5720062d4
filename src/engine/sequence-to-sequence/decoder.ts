/**
 * A decoder's calls in both directions. Where the context enters the cell, attention and cell take turns step by step;
 * elsewhere the cell plays all steps and attention follows. Backward goes the same way from the last step to the first.
 */
import type { OperationCall } from "../../core/program.ts";
import { activationCall, activationGradientCall } from "../activations.ts";
import type { BackwardPlace } from "../cells/cell.ts";
import { requireSegment } from "../cells/segments.ts";
import { bindSegments } from "../model.ts";
import { handDown, inputWeightGradient, project } from "../stages/recurrent-stage.ts";
import type { RowsPlace, StepRange } from "../stages/stage.ts";
import { TENSOR } from "../tensor-names.ts";
import { DECODER_OWNER } from "./decoder-form.ts";
import { type Combine, type DecoderGradients, type DecoderParts, headRows } from "./decoder-parts.ts";
import {
  type Affine,
  addTo,
  biasGradientOf,
  copyRows,
  fromColumn,
  handBackRows,
  packed,
  projectRows,
  skipRows,
  weightGradientOf,
} from "./rows.ts";

/** Rows of the record's first slots, from the step `first` on. */
function recordRows({ cell, place }: DecoderParts, first: number): RowsPlace {
  return skipRows(packed(place.record, cell.recordSlots * place.H), first * place.B);
}

/** The matrix that takes the context into the cell, for `steps` steps. */
function contextAffine({ label, cell, place, E }: DecoderParts, steps: number): Affine {
  return { label, N: steps * place.B, D: E, C: cell.gates * place.H };
}

function ownersParameters({ spec }: DecoderParts, owner: string, tensor: string) {
  return bindSegments(spec.model, owner, tensor);
}

/** The source's projections: before the first step. */
export function prepareSource({ attention }: DecoderParts): readonly OperationCall[] {
  return attention?.prepare() ?? [];
}

/** One step where the context enters the cell: attend, add c W_c, play the cell. */
function feedStep(parts: DecoderParts, step: number): readonly OperationCall[] {
  const { attention, fromContext, readout, place, cell } = parts;
  if (!attention || !fromContext) throw new Error(`${parts.label} has no context to feed`);
  const affine = contextAffine(parts, 1);
  const context = skipRows(fromColumn(readout, place.H), step * place.B);
  const { out, zero } = fromContext;
  return [
    ...attention.attend({ first: step, count: 1 }),
    projectRows(affine, context, { W: requireSegment(place.parameters, "Wc"), b: zero }, out),
    addTo(affine, out, recordRows(parts, step)),
    ...cell.forward({ ...place, steps: { from: step + 1, to: step + 1 } }),
  ];
}

const stepsOf = ({ first, count }: StepRange): readonly number[] => Array.from({ length: count }, (_, i) => first + i);

/** States and contexts of these steps. The record holds their x W + b. */
export function playDecoder(parts: DecoderParts, range: StepRange): readonly OperationCall[] {
  const { spec, attention, cell, place } = parts;
  if (spec.shape.form.kind === "bahdanau") return stepsOf(range).flatMap((step) => feedStep(parts, step));
  const steps = { from: range.first + 1, to: range.first + range.count };
  return [...cell.forward({ ...place, steps }), ...(attention?.attend(range) ?? [])];
}

/** tanh(W [s, c] + b) of these steps. A part of them goes through tensors of one step, because tanh reads whole tensors. */
function combineSteps(parts: DecoderParts, combine: Combine, range: StepRange): readonly OperationCall[] {
  const { place, readout, E } = parts;
  const { T, B, H } = place;
  const own = ownersParameters(parts, DECODER_OWNER.combine, TENSOR.parameters);
  const label = "combine";
  const affine = { label, N: range.count * B, D: H + E, C: H };
  const weights = { W: requireSegment(own, "W"), b: requireSegment(own, "b") };
  const rows = skipRows(readout, range.first * B);
  const { flagBit, step } = combine;
  const { a, y } = range.count === T ? combine : (step ?? combine);
  const calls = [
    projectRows(affine, rows, weights, packed(a, H)),
    activationCall("tanh", { ...affine, a, y, flags: place.flags, flagBit }),
  ];
  if (range.count === T) return calls;
  if (!step || range.count > 1) throw new Error(`${label} plays all ${T} steps or one, not ${range.count}`);
  return [...calls, copyRows(affine, packed(y, H), skipRows(packed(combine.y, H), range.first * B))];
}

/** Logits of these steps from their states and contexts. */
export function readDecoder(parts: DecoderParts, range: StepRange): readonly OperationCall[] {
  const { spec, label, place, readout, combine, logits } = parts;
  const { B, H } = place;
  const N = range.count * B;
  const before = range.first * B;
  const { outputs } = spec.shape;
  const calls: OperationCall[] = [];
  if (spec.shape.form.kind !== "plain") {
    calls.push(copyRows({ label, N, C: H }, skipRows(packed(place.h, H), B + before), skipRows(readout, before)));
  }
  if (combine) calls.push(...combineSteps(parts, combine, range));
  const { width, ...rows } = headRows(parts);
  const head = ownersParameters(parts, DECODER_OWNER.head, TENSOR.parameters);
  const weights = { W: requireSegment(head, "W"), b: requireSegment(head, "b") };
  const affine = { label: "head", N, D: width, C: outputs };
  calls.push(projectRows(affine, skipRows(rows, before), weights, skipRows(packed(logits, outputs), before)));
  return calls;
}

/** The whole forward pass with the given input. */
export function decoderForward(parts: DecoderParts): readonly OperationCall[] {
  const whole = { first: 0, count: parts.place.T };
  return [
    ...prepareSource(parts),
    project(parts, parts.spec.input, whole),
    ...playDecoder(parts, whole),
    ...readDecoder(parts, whole),
  ];
}

/** From dlogits to the rows of `dreadout`, and the gradients of head and combination. */
function readBackward(parts: DecoderParts, gradients: DecoderGradients): readonly OperationCall[] {
  const { spec, place, readout, combine, E } = parts;
  const { T, B, H } = place;
  const { outputs } = spec.shape;
  const { width, ...rows } = headRows(parts);
  const affine = { label: "head", N: T * B, D: width, C: outputs };
  const dlogits = packed(gradients.dlogits, outputs);
  const head = (tensor: string, name: string) =>
    requireSegment(ownersParameters(parts, DECODER_OWNER.head, tensor), name);
  const into = gradients.combine ? packed(gradients.combine.dy, H) : gradients.dreadout;
  const calls = [
    handBackRows(affine, dlogits, head(TENSOR.parameters, "W"), into),
    weightGradientOf(affine, rows, dlogits, head(TENSOR.gradients, "W")),
    biasGradientOf(affine, dlogits, head(TENSOR.gradients, "b")),
  ];
  if (!combine || !gradients.combine) return calls;
  const own = (tensor: string, name: string) =>
    requireSegment(ownersParameters(parts, DECODER_OWNER.combine, tensor), name);
  const combining = { label: "combine", N: T * B, D: H + E, C: H };
  const da = packed(gradients.combine.da, H);
  return [
    ...calls,
    activationGradientCall("tanh", { ...combining, ...combine, flags: place.flags }, gradients.combine),
    handBackRows(combining, da, own(TENSOR.parameters, "W"), gradients.dreadout),
    weightGradientOf(combining, readout, da, own(TENSOR.gradients, "W")),
    biasGradientOf(combining, da, own(TENSOR.gradients, "b")),
  ];
}

/** One step back where the context entered the cell: the cell, then c and whoever asked for it. */
function feedStepBackward(parts: DecoderParts, place: BackwardPlace, step: number): readonly OperationCall[] {
  const { attention, cell, gradients } = parts;
  if (!attention || !gradients?.handedBack) throw new Error(`${parts.label} has no context to hand back`);
  const affine = contextAffine(parts, 1);
  const dcontext = skipRows(fromColumn(gradients.dreadout, place.H), step * place.B);
  return [
    ...cell.backward({ ...place, rows: { from: step + 1, to: step + 1 } }),
    handBackRows(affine, recordRows(parts, step), requireSegment(place.parameters, "Wc"), gradients.handedBack),
    addTo({ ...affine, C: parts.E }, gradients.handedBack, dcontext),
    ...attention.attendBackward({ first: step, count: 1 }),
  ];
}

/** Through all steps: dh, the record's da, and what attention hands to states and source. */
function playBackward(parts: DecoderParts, place: BackwardPlace): readonly OperationCall[] {
  const { spec, attention, cell } = parts;
  const { T } = place;
  const whole = { first: 0, count: T };
  if (spec.shape.form.kind === "bahdanau") {
    return [
      ...stepsOf(whole)
        .toReversed()
        .flatMap((step) => feedStepBackward(parts, place, step)),
      ...cell.backward({ ...place, rows: { from: 0, to: 0 } }),
    ];
  }
  return [...(attention?.attendBackward(whole) ?? []), ...cell.backward({ ...place, rows: { from: T, to: 0 } })];
}

/** The whole way back, from `dlogits` to source, initial state, input and parameters. */
export function decoderBackward(parts: DecoderParts): readonly OperationCall[] {
  const { spec, label, attention, cell, gradients, readout } = parts;
  if (!gradients) throw new Error(`${label} has no gradients in this pass`);
  const { T, B, H } = parts.place;
  const own = ownersParameters(parts, DECODER_OWNER.cell, TENSOR.gradients);
  const place: BackwardPlace = {
    ...parts.place,
    ...{
      dh: gradients.dh,
      dStates: gradients.dStates,
      droppedStates: null,
      upstream: 1,
      stateUpstream: 0,
      gradients: own,
    },
    rows: { from: T, to: 0 },
  };
  const { form } = spec.shape;
  const states = skipRows(packed(gradients.dh, H), B);
  const calls = [
    ...readBackward(parts, gradients),
    ...(form.kind === "plain" ? [] : [copyRows({ label, N: T * B, C: H }, gradients.dreadout, states)]),
    ...playBackward(parts, place),
    ...(attention?.collect() ?? []),
    ...handDown(parts, spec.input, { first: 0, count: T }),
    inputWeightGradient(parts, spec.input, requireSegment(own, "W")),
  ];
  if (form.kind === "bahdanau") {
    const context = fromColumn(readout, H);
    calls.push(weightGradientOf(contextAffine(parts, T), context, recordRows(parts, 0), requireSegment(own, "Wc")));
  }
  return [...calls, ...cell.parameterGradients(place)];
}

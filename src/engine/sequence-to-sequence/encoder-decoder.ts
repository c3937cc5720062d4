/**
 * An encoder and a decoder in one pass: the stack reads the source, its final state becomes the decoder's first one, and
 * on the way back the decoder's gradients reach the encoder by its outputs and by that state. Only h is handed over: a
 * decoder's cell state begins at 0.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { nextSymbol } from "../../operations/next-symbol.ts";
import { requireSegment } from "../cells/segments.ts";
import { declareStack, type Stack, stackBackward, stackForward, stackStart } from "../layers.ts";
import type { Model } from "../model.ts";
import { callOperation, type ProgramDraft } from "../program-draft.ts";
import type { RecurrentStage } from "../stages/recurrent-stage.ts";
import type { Pass, Stage } from "../stages/stage.ts";
import { decoderBackward, decoderForward, playDecoder, prepareSource, readDecoder } from "./decoder.ts";
import { type DecoderParts, declareDecoder } from "./decoder-parts.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import { addTo, copyRows, packed } from "./rows.ts";
import { decoderShape } from "./sequence-model.ts";

/** How a decoder that feeds itself chooses; see `next-symbol`. */
export interface Feeding {
  /** Probability that the given symbol stays. */
  readonly ratio: number;
  readonly draw: 0 | 1;
}

/** The likeliest symbol each time. */
export const GREEDY: Feeding = { ratio: 0, draw: 0 };

/** What decides an encoder and decoder in a pass. */
export interface EncoderDecoderSpec {
  readonly model: Model;
  readonly settings: DecoderSettings;
  /** Source steps as `T`; `present` says which of them a sequence has. */
  readonly pass: Pass;
  /** Decoder steps. */
  readonly T: number;
  readonly source: TensorBinding; // ids [S, B]
  /** Symbols that enter the decoder [T, B]; a decoder that feeds itself overwrites those from the second on. */
  readonly ids: TensorBinding;
  /** True where the decoder is also played step by step. */
  readonly stepwise: boolean;
}

/** An encoder and a decoder in a pass. */
export interface EncoderDecoder {
  readonly stack: Stack;
  readonly decoder: DecoderParts;
  /** Symbols of the step to come, u32 [B]. */
  readonly next: TensorBinding;
}

/** Declares both. */
export function declareEncoderDecoder(draft: ProgramDraft, spec: EncoderDecoderSpec): EncoderDecoder {
  const { model, settings, pass, T, source, ids, stepwise } = spec;
  const outputs = settings.form.kind === "plain" ? "last" : "every";
  const stack = declareStack(draft, model, pass, { input: { kind: "tokens", ids: source }, outputs });
  const { output, context } = stack;
  const shape = decoderShape(model.shape, settings);
  const decoder = declareDecoder(draft, {
    ...{ model, shape, stepwise, key: context.key },
    pass: { ...pass, T, present: null },
    source: { rows: output, gradient: output.gradient, S: pass.T, mask: context.mask, masked: context.masked },
    input: { kind: "tokens", ids, width: shape.inputWidth },
  });
  return { stack, decoder, next: draft.declare(`${pass.prefix}decoder.next`, "u32", [pass.B], "batch") };
}

const isRecurrent = (stage: Stage): stage is RecurrentStage => "directions" in stage;

/** The topmost layer with a state. */
function topStage({ stages }: Stack): RecurrentStage {
  const top = stages.findLast(isRecurrent);
  if (!top) throw new Error("an encoder needs at least one layer");
  return top;
}

/** Final states of the top layer, or their gradients, each beside its columns of the decoder's first state. */
function finalStates({ stack, decoder }: EncoderDecoder, start: TensorBinding, of: "h" | "dh") {
  return topStage(stack).directions.map(({ place, gradients }, side) => {
    const { T, B, H, h, reverse, label } = place;
    const tensor = of === "h" ? h : gradients?.dh;
    if (!tensor) throw new Error(`${label} has no gradients in this pass`);
    return {
      extents: { label, N: B, C: H },
      encoder: { tensor, offset: (1 - reverse) * T * B * H, stride: H },
      decoder: { ...packed(start, decoder.place.H), offset: side * H },
    };
  });
}

/** The encoder's calls, up to the decoder's first state; `dropping` as in `stackForward`. */
export function encode(parts: EncoderDecoder, dropping: boolean): readonly OperationCall[] {
  const { stack, decoder } = parts;
  const copies = finalStates(parts, decoder.place.h, "h").map(({ extents, ...rows }) =>
    copyRows(extents, rows.encoder, rows.decoder),
  );
  return [...stackStart(stack), ...stackForward(stack, { dropping }), ...copies, ...prepareSource(decoder)];
}

/** Forward with the given symbols: the decoder's steps at once where its form allows. */
export function forwardGiven(parts: EncoderDecoder, dropping: boolean): readonly OperationCall[] {
  return [...encode(parts, dropping), ...decoderForward(parts.decoder)];
}

/** x W + b of one step, from the symbols in `ids` [B]. */
export function enterSymbols({ cell, place, spec }: DecoderParts, ids: TensorBinding, step: number): OperationCall {
  const { B, H, record, label, parameters } = place;
  const outStride = cell.recordSlots * H;
  const extents = { N: B, D: spec.shape.inputWidth, C: cell.gates * H };
  const numbers = { ...extents, outOffset: step * B * outStride, outStride, biased: 1 };
  const weights = { W: requireSegment(parameters, "W"), b: requireSegment(parameters, "b") };
  return callOperation(gatherForward, label, numbers, { ids, ...weights, out: record });
}

/** Forward where each step after the first may read what the step before predicts. */
export function forwardFeeding(
  parts: EncoderDecoder,
  ids: TensorBinding,
  feeding: Feeding & { readonly dropping: boolean },
): readonly OperationCall[] {
  const { decoder, next, stack } = parts;
  const { T, B, label } = decoder.place;
  const V = decoder.spec.shape.outputs;
  const { key } = stack.context;
  const { dropping, ...choosing } = feeding;
  const calls = [...encode(parts, dropping)];
  for (let step = 0; step < T; step++) {
    if (step > 0) {
      const numbers = { B, V, logitsOffset: (step - 1) * B * V, idsOffset: step * B, ...choosing };
      calls.push(callOperation(nextSymbol, label, numbers, { logits: decoder.logits, key, ids, next }));
    }
    const range = { first: step, count: 1 };
    const entering = step === 0 ? { ...ids, offset: 0, length: B } : next;
    calls.push(enterSymbols(decoder, entering, step), ...playDecoder(decoder, range), ...readDecoder(decoder, range));
  }
  return calls;
}

/** The whole way back, from `dlogits` to every parameter. */
export function backward(parts: EncoderDecoder): readonly OperationCall[] {
  const { stack, decoder } = parts;
  const { gradients, spec, place } = decoder;
  const { gradient } = stack.output;
  if (!gradients || !gradient) throw new Error("this pass has no gradients");
  const calls = [...decoderBackward(decoder)];
  if (spec.shape.form.kind === "plain") {
    // The encoder hands on nothing but its final states.
    const whole = { label: place.label, N: place.B, C: place.H };
    return [...calls, copyRows(whole, packed(gradients.dh, place.H), gradient), ...stackBackward(stack)];
  }
  const top = topStage(stack);
  for (const stage of stack.stages.toReversed()) {
    if (stage === top) {
      // Whatever collects the outputs has put their gradient into the states' rows by now.
      const added = finalStates(parts, gradients.dh, "dh");
      calls.push(...added.map(({ extents, ...rows }) => addTo(extents, rows.decoder, rows.encoder)));
    }
    calls.push(...stage.backward({ first: 0, count: stack.context.pass.T }), ...stage.parameterGradients());
  }
  return calls;
}

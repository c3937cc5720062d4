/**
 * Attention alone and a decoder alone as Programs, under a loss L = Σ g⊙out with given g: verification and finite
 * differences check the calls of the real model with them, not a copy.
 */
import type { AttentionChoice } from "../../core/attention-choice.ts";
import type { OperationCall, Program, TensorBinding } from "../../core/program.ts";
import type { BuiltProgram } from "../build-program.ts";
import { claimLossFlags, lossCalls } from "../losses.ts";
import { appendParameters, bindSegments, createModel, type Model } from "../model.ts";
import { ProgramDraft } from "../program-draft.ts";
import type { RowsPlace, StageInput } from "../stages/stage.ts";
import { TENSOR } from "../tensor-names.ts";
import { createAttention } from "./attention.ts";
import { type AttentionWidths, attentionParameters, contextWidth } from "./attention-form.ts";
import { decoderBackward, decoderForward } from "./decoder.ts";
import { appendDecoder, DECODER_OWNER, type DecoderShape } from "./decoder-form.ts";
import { declareDecoder } from "./decoder-parts.ts";
import { packed } from "./rows.ts";

/** Extents of a check: decoder steps, rows, source steps, and whether a mask says which of those count. */
interface CheckExtents {
  readonly T: number;
  readonly B: number;
  readonly S: number;
  readonly masked: 0 | 1;
}

/** Attention alone. */
export interface AttentionCheck extends CheckExtents {
  readonly form: AttentionChoice;
  readonly widths: AttentionWidths;
}

/** A decoder alone, fed with features. */
export interface DecoderCheck extends CheckExtents {
  readonly shape: DecoderShape;
}

/** A model of nothing, to which parts are appended. */
const NOTHING = { layers: [], inputWidth: 1, outputs: 0 } as const;

/** What both checks share: parameters, flags, the source and its gradient. */
function declareCheck(draft: ProgramDraft, model: Model, { B, S, masked }: CheckExtents, width: number) {
  // Plain dot products have no parameters, and no tensor is empty.
  const P = Math.max(model.P, 1);
  draft.declare(TENSOR.parameters, "f32", [P], "parameters");
  draft.declare(TENSOR.gradients, "f32", [P], "gradients");
  const source = packed(draft.declare("source", "f32", [S, B, width], "batch"), width);
  return {
    flags: draft.declare("flags", "u32", [1], "metrics"),
    source: {
      rows: source,
      gradient: packed(draft.declare("dsource", "f32", [S, B, width], "activation"), width),
      S,
      mask: draft.declare("source.mask", "f32", [S, B], "batch"),
      masked,
    },
  };
}

/** Σ g⊙out: write `upstream` (g [N, V]), `ones` (N times 1) and `count` = [1]; read `loss`. */
function injectLoss(
  draft: ProgramDraft,
  { N, V }: { readonly N: number; readonly V: number },
  { out, dout }: { readonly out: RowsPlace; readonly dout: RowsPlace },
  flags: TensorBinding,
): readonly OperationCall[] {
  const loss = { name: "linear" } as const;
  const place = {
    ...{ label: "upstream", N, V, logits: out.tensor, logitsAt: out, dlogits: dout.tensor, dlogitsAt: dout },
    target: draft.declare("upstream", "f32", [N, V], "batch"),
    mask: draft.declare("ones", "f32", [N], "batch"),
    count: draft.declare("count", "f32", [1], "batch"),
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  return lossCalls(loss, place, claimLossFlags(draft, loss, flags));
}

function built(draft: ProgramDraft, model: Model, phases: Program["phases"]): BuiltProgram {
  return { program: { tensors: draft.tensors(), phases }, model, flagOrigins: draft.flagOrigins() };
}

/**
 * Phases `forward` (scores, weights, `context` [T, B, E], `loss`) and `backward` (`dqueries`, `dsource`, `grads`). Write
 * `params`, `queries` [T, B, Q], `source` [S, B, D], `source.mask` [S, B] and what `injectLoss` asks for.
 */
export function buildAttentionProgram(check: AttentionCheck): BuiltProgram {
  const { form, widths, T, B, S } = check;
  const draft = new ProgramDraft();
  const model = appendParameters(createModel(NOTHING), DECODER_OWNER.attention, attentionParameters(form, widths));
  const { flags, source } = declareCheck(draft, model, check, widths.source);
  const E = contextWidth(form, widths);
  const rows = (name: string, role: "batch" | "activation", width: number) =>
    packed(draft.declare(name, "f32", [T, B, width], role), width);
  const context = rows("context", "activation", E);
  const dcontext = rows("dcontext", "activation", E);
  const parameters = (tensor: string) => bindSegments(model, DECODER_OWNER.attention, tensor);
  const attention = createAttention(draft, {
    ...{ prefix: "", label: "attention", form, widths, T, B, S, flags, flagBit: 1 },
    ...{ source: source.rows, mask: source.mask, masked: source.masked, context },
    queries: rows("queries", "batch", widths.query),
    parameters: parameters(TENSOR.parameters),
    gradients: {
      dcontext,
      dqueries: rows("dqueries", "activation", widths.query),
      dsource: source.gradient,
      parameters: parameters(TENSOR.gradients),
    },
  });
  const whole = { first: 0, count: T };
  const extents = { N: T * B, V: E };
  return built(draft, model, {
    forward: [
      ...attention.prepare(),
      ...attention.attend(whole),
      ...injectLoss(draft, extents, { out: context, dout: dcontext }, flags),
    ],
    backward: [...attention.attendBackward(whole), ...attention.collect()],
  });
}

/**
 * Phases `forward` (states, readout, `logits` [T, B, V], `loss`) and `backward` (total gradients of the states, `batch.dx`,
 * `dsource`, `grads`). Write `params`, `batch.input` [T, B, D], row 0 of the decoder's states, `source`, `source.mask` and
 * what `injectLoss` asks for.
 */
export function buildDecoderProgram(check: DecoderCheck): BuiltProgram {
  const { shape, T, B } = check;
  const draft = new ProgramDraft();
  const model = appendDecoder(createModel(NOTHING), shape);
  const { flags, source } = declareCheck(draft, model, check, shape.sourceWidth);
  const D = shape.inputWidth;
  const input: StageInput = {
    ...{ kind: "rows", steps: T, width: D },
    ...packed(draft.declare("batch.input", "f32", [T, B, D], "batch"), D),
    gradient: packed(draft.declare("batch.dx", "f32", [T, B, D], "activation"), D),
  };
  const pass = { prefix: "", T, B, flags, gradients: true, stateUpstream: 0, present: null } as const;
  const key = draft.declare(TENSOR.key(), "u32", [2], "batch");
  const decoder = declareDecoder(draft, { model, shape, pass, source, input, key, stepwise: false });
  if (!decoder.gradients) throw new Error("a check needs gradients");
  const V = shape.outputs;
  const rows = { out: packed(decoder.logits, V), dout: packed(decoder.gradients.dlogits, V) };
  return built(draft, model, {
    forward: [...decoderForward(decoder), ...injectLoss(draft, { N: T * B, V }, rows, flags)],
    backward: decoderBackward(decoder),
  });
}

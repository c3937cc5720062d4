/**
 * The tensors of a decoder in one pass, and the attention between them. States and contexts stand side by side in
 * `readout`, because the head reads both; the gradients of both stand side by side in the same way.
 */
import type { TensorBinding } from "../../core/program.ts";
import { attentionWeights } from "../../operations/attention-weights.ts";
import { claimActivationFlag } from "../activations.ts";
import type { Cell, LayerPlace } from "../cells/cell.ts";
import { findCell } from "../cells/find-cell.ts";
import { bindSegments, type Model } from "../model.ts";
import type { ProgramDraft } from "../program-draft.ts";
import type { StateGradients } from "../stages/recurrent-stage.ts";
import { formedRole, type Pass, type RowsPlace, type StageInput } from "../stages/stage.ts";
import { TENSOR } from "../tensor-names.ts";
import { type Attention, createAttention } from "./attention.ts";
import { DECODER_OWNER, type DecoderShape, decoderContext, readoutWidth } from "./decoder-form.ts";
import { fromColumn, packed, skipRows } from "./rows.ts";

/** What an encoder hands to a decoder. */
export interface Source {
  /** Outputs [S·B, sourceWidth], step by step. */
  readonly rows: RowsPlace;
  /** Where their gradient goes; null where nobody asks. */
  readonly gradient: RowsPlace | null;
  readonly S: number;
  readonly mask: TensorBinding; // [S, B], not read while masked = 0
  readonly masked: 0 | 1;
}

/** A decoder in a pass. */
export interface DecoderSpec {
  readonly model: Model;
  readonly shape: DecoderShape;
  /** Decoder steps and rows. */
  readonly pass: Pass;
  readonly source: Source;
  readonly input: StageInput;
  /** True where steps are also read one by one, because the model feeds itself. */
  readonly stepwise: boolean;
  /** As in every layer's place; nothing is dropped in a decoder. */
  readonly key: TensorBinding; // u32 [2]
}

/** Names of the tensors that others read. */
export const DECODER_TENSOR = {
  /** A state, "h" or an extra one of the cell: [T+1, B, H]. */
  state: (name: string, prefix = "") => `${prefix}decoder.${name}`,
  record: (prefix = "") => `${prefix}decoder.record`,
  dState: (name: string) => `decoder.d${name}`,
  /** Rows [s, c] of every step. */
  readout: (prefix = "") => `${prefix}decoder.readout`,
  logits: (prefix = "") => `${prefix}logits`,
  dlogits: "dlogits",
} as const;

/** tanh(W [s, c] + b) between readout and head. */
export interface Combine {
  readonly flagBit: number;
  readonly a: TensorBinding; // [T, B, H]
  readonly y: TensorBinding; // [T, B, H]
  /** The same of one step [B, H], where steps are played one by one. */
  readonly step: { readonly a: TensorBinding; readonly y: TensorBinding } | null;
}

/** Gradients beside their tensors. */
export interface DecoderGradients extends StateGradients {
  /** [s, c] as in `readout`. */
  readonly dreadout: RowsPlace;
  /** Of the combined rows [T, B, H]: dy and da. */
  readonly combine: { readonly dy: TensorBinding; readonly da: TensorBinding } | null;
  /** What da hands to the context of one step, [B, E]. */
  readonly handedBack: RowsPlace | null;
  readonly dlogits: TensorBinding;
}

/** Everything that the calls of a decoder read and write. */
export interface DecoderParts {
  readonly spec: DecoderSpec;
  readonly label: string;
  readonly cell: Cell;
  readonly place: LayerPlace;
  /** E, 0 without attention. */
  readonly E: number;
  /** [s, c] [T, B, H+E]; without attention the states themselves. */
  readonly readout: RowsPlace;
  readonly attention: Attention | null;
  readonly combine: Combine | null;
  /** c W_c of one step [B, gates·H], and a bias of zeros for it. */
  readonly fromContext: { readonly out: RowsPlace; readonly zero: TensorBinding } | null;
  readonly logits: TensorBinding; // [T, B, V]
  readonly gradients: DecoderGradients | null;
}

function declarePlace(draft: ProgramDraft, { model, shape, pass, key }: DecoderSpec, label: string): LayerPlace {
  const { T, B, prefix, flags } = pass;
  const { layer } = shape;
  const H = layer.units;
  const cell = findCell(layer);
  const states = Object.fromEntries(
    cell.extraStates.map((name) => [
      name,
      draft.declare(DECODER_TENSOR.state(name, prefix), "f32", [T + 1, B, H], "activation"),
    ]),
  );
  const record = draft.declare(DECODER_TENSOR.record(prefix), "f32", [T, B, cell.recordSlots, H], formedRole(pass));
  return {
    ...{ label, T, B, H, states, record, flags },
    h: draft.declare(DECODER_TENSOR.state("h", prefix), "f32", [T + 1, B, H], "activation"),
    flagBit: prefix === "" ? draft.claimFlagBit({ name: `${layer.cell}-forward` }, label) : 1,
    parameters: bindSegments(model, DECODER_OWNER.cell, TENSOR.parameters),
    // Steps beyond a target's end are played and count nothing, so nothing is masked and nothing is dropped here.
    // The operations ask for a mask even where they do not read it.
    mask: draft.declare(`${prefix}decoder.mask`, "f32", [T, B], "batch"),
    ...{ reverse: 0, masked: 0, steps: { from: 1, to: T } },
    ...{ dropout: { rate: 0, site: 0 }, key },
  };
}

function declareGradients(draft: ProgramDraft, { shape, pass }: DecoderSpec, E: number): DecoderGradients {
  const { T, B } = pass;
  const { layer, form, outputs } = shape;
  const H = layer.units;
  const declare = (name: string, extents: readonly number[]) => draft.declare(name, "f32", extents, "transient");
  const declareState = (name: string) => declare(DECODER_TENSOR.dState(name), [T + 1, B, H]);
  const dh = declareState("h");
  const dStates = Object.fromEntries(findCell(layer).extraStates.map((name) => [name, declareState(name)]));
  const dreadout =
    form.kind === "plain"
      ? { tensor: dh, offset: B * H, stride: H }
      : packed(declare("decoder.dreadout", [T, B, H + E]), H + E);
  const rows = (name: string) => declare(`decoder.${name}`, [T, B, H]);
  return {
    ...{ dh, dStates, droppedStates: null, dreadout },
    combine: form.kind === "luong" ? { dy: rows("dcombined"), da: rows("dcombine") } : null,
    handedBack: form.kind === "bahdanau" ? packed(declare("decoder.handedBack", [B, E]), E) : null,
    dlogits: declare(DECODER_TENSOR.dlogits, [T, B, outputs]),
  };
}

function attach(draft: ProgramDraft, parts: DecoderParts): Attention | null {
  const { spec, place, readout, gradients, E } = parts;
  const { shape, pass, source, model } = spec;
  const { form, layer, sourceWidth } = shape;
  if (form.kind === "plain") return null;
  const H = layer.units;
  // Row 0 of the states is the initial one: the state before the first step.
  const asking = form.kind === "bahdanau" ? 0 : pass.B;
  const parameters = (tensor: string) => bindSegments(model, DECODER_OWNER.attention, tensor);
  return createAttention(draft, {
    ...{ prefix: pass.prefix, label: "attention", form: form.attention, widths: { query: H, source: sourceWidth } },
    ...{ T: pass.T, B: pass.B, S: source.S, source: source.rows, mask: source.mask, masked: source.masked },
    queries: skipRows(packed(place.h, H), asking),
    context: fromColumn(readout, H),
    flags: pass.flags,
    flagBit: pass.prefix === "" ? draft.claimFlagBit(attentionWeights, "attention") : 1,
    parameters: parameters(TENSOR.parameters),
    gradients: gradients && {
      dcontext: { ...fromColumn(gradients.dreadout, H) },
      dqueries: skipRows(packed(gradients.dh, H), asking),
      dsource: E > 0 ? source.gradient : null,
      parameters: parameters(TENSOR.gradients),
    },
  });
}

function declareCombine(draft: ProgramDraft, { shape, pass, stepwise }: DecoderSpec): Combine {
  const { T, B, prefix } = pass;
  const H = shape.layer.units;
  const declare = (name: string, extents: readonly number[]) =>
    draft.declare(`${prefix}decoder.${name}`, "f32", extents, formedRole(pass));
  return {
    flagBit: prefix === "" ? claimActivationFlag(draft, "tanh", "combine") : 1,
    a: declare("combine", [T, B, H]),
    y: declare("combined", [T, B, H]),
    step: stepwise ? { a: declare("combine.step", [B, H]), y: declare("combined.step", [B, H]) } : null,
  };
}

/** Declares everything; attention's tensors come last. */
export function declareDecoder(draft: ProgramDraft, spec: DecoderSpec): DecoderParts {
  const { shape, pass } = spec;
  const { T, B, prefix } = pass;
  const { layer, form, outputs } = shape;
  const H = layer.units;
  const E = decoderContext(shape);
  const label = `${prefix === "" ? "" : `${prefix.slice(0, -1)} `}decoder`;
  const declare = (name: string, extents: readonly number[]) => draft.declare(name, "f32", extents, formedRole(pass));
  const place = declarePlace(draft, spec, label);
  const cell = findCell(layer);
  const width = cell.gates * H;
  const parts: DecoderParts = {
    ...{ spec, label, cell, place, E },
    readout:
      form.kind === "plain"
        ? { tensor: place.h, offset: B * H, stride: H }
        : packed(declare(DECODER_TENSOR.readout(prefix), [T, B, H + E]), H + E),
    attention: null,
    combine: form.kind === "luong" ? declareCombine(draft, spec) : null,
    fromContext:
      form.kind === "bahdanau"
        ? {
            out: packed(declare(`${prefix}decoder.fromContext`, [B, width]), width),
            zero: draft.declare(`${prefix}decoder.zero`, "f32", [width], "activation"),
          }
        : null,
    logits: draft.declare(DECODER_TENSOR.logits(prefix), "f32", [T, B, outputs], "activation"),
    gradients: pass.gradients ? declareGradients(draft, spec, E) : null,
  };
  return { ...parts, attention: attach(draft, parts) };
}

/** The rows that the head reads: readout, or what is combined of it. */
export function headRows({ spec, readout, combine, place }: DecoderParts): RowsPlace & { readonly width: number } {
  const rows = combine ? packed(combine.y, place.H) : readout;
  return { ...rows, width: readoutWidth(spec.shape) };
}

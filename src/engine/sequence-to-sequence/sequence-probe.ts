/**
 * Lets a model read a source and answer by itself, and cuts gates and attention out of that. All pictures share one axis:
 * the source's steps, then the answer's; what a part does not do at a step is not a number there.
 */
import type { Player } from "../../core/backend.ts";
import { InputError } from "../../core/errors.ts";
import { findCell } from "../cells/find-cell.ts";
import { layerParts } from "../layer-parts.ts";
import { type ProbePart, type ProbeResult, type ProbeView, readPart, readViews } from "../probe.ts";
import { type ProgramSpec, spokenSteps } from "../program-spec.ts";
import { readFloats } from "../read-tensor.ts";
import { TENSOR } from "../tensor-names.ts";
import { ATTENTION_TENSOR } from "./attention-parts.ts";
import { DECODER_TENSOR } from "./decoder-parts.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import { SEQUENCE_VIEW } from "./sequence-views.ts";

/** Symbols that a source may have. Throws `probe-invalid` for none, too many or unknown ones. */
export function checkSource(spec: ProgramSpec, { sourceSteps: maximum }: DecoderSettings, source: Uint32Array): void {
  const { length } = source;
  if (length < 1 || length > maximum) throw new InputError("probe-invalid", { length, maximum });
  const id = source.find((symbol) => symbol >= spec.inputWidth);
  if (id !== undefined) throw new InputError("probe-invalid", { id, symbols: spec.inputWidth });
}

/** Rows [count, width] at `first` of [total, width], with nothing before and behind. */
function placeRows(
  values: Float32Array,
  { first, count, total }: { readonly first: number; readonly count: number; readonly total: number },
): Float32Array<ArrayBuffer> {
  const width = count === 0 ? 0 : values.length / count;
  const rows = new Float32Array(total * width).fill(Number.NaN);
  rows.set(values, first * width);
  return rows;
}

/** Likeliest symbols up to the one that closes; the first of equals, as the decoder chose. */
function readAnswer(outputs: Float32Array, V: number, boundary: number): readonly number[] {
  const answer: number[] = [];
  for (let row = 0; row < outputs.length; row += V) {
    let best = 0;
    for (let v = 1; v < V; v++) if (outputs[row + v]! > outputs[row + best]!) best = v;
    answer.push(best);
    if (best === boundary) break;
  }
  return answer;
}

/** Weights [T, S] as a view over the source's steps. */
async function readAttention(
  player: Player,
  { sourceSteps: S }: DecoderSettings,
  { steps, source }: { readonly steps: number; readonly source: number },
): Promise<ProbeView> {
  const weights = await readFloats(player, ATTENTION_TENSOR.weights("probe."), { offset: 0, length: steps * S });
  return { name: "α", range: "gate", values: weights.filter((_, i) => i % S < source) };
}

/**
 * Sends a source at once and resolves with the views: the encoder's parts, the decoder, and attention as a last part whose
 * units are the source's steps.
 */
export async function playSequenceProbe(
  player: Player,
  spec: ProgramSpec,
  settings: DecoderSettings,
  source: Uint32Array,
): Promise<ProbeResult> {
  checkSource(spec, settings, source);
  const S = settings.sourceSteps;
  const T = spokenSteps(spec);
  const V = spec.outputs;
  const { layer, form } = settings;
  const padded = new Uint32Array(S);
  padded.set(source);
  player.write(SEQUENCE_VIEW.source("probe."), padded);
  player.write(
    TENSOR.mask("probe."),
    Float32Array.from(padded, (_, s) => (s < source.length ? 1 : 0)),
  );
  player.write(SEQUENCE_VIEW.ids("probe."), Uint32Array.of(settings.boundary));
  player.play("probe", {});
  const output = { tensor: SEQUENCE_VIEW.outputs("probe."), steps: "every" } as const;
  const cell = { ...findCell(layer), units: layer.units, firstRow: 1, output } as const;
  const state = (name: string) => DECODER_TENSOR.state(name, "probe.");
  const record = DECODER_TENSOR.record("probe.");
  const [outputs, decoderViews, attention, ...encoder] = await Promise.all([
    readFloats(player, SEQUENCE_VIEW.outputs("probe."), { offset: 0, length: T * V }),
    readViews(player, { ...cell, record, state }, T),
    form.kind === "plain" ? null : readAttention(player, settings, { steps: T, source: source.length }),
    ...layerParts(spec.layers).map((part) => readPart(player, part, source.length, "every")),
  ]);
  const answer = readAnswer(outputs, V, settings.boundary);
  const total = source.length + answer.length;
  const behind = { first: source.length, count: answer.length, total };
  const place = (views: readonly ProbeView[], at: { first: number; count: number; total: number }, steps: number) =>
    views.map((view) => {
      const width = view.values.length / steps;
      return { ...view, values: placeRows(view.values.subarray(0, at.count * width), at) };
    });
  const inFront = { first: 0, count: source.length, total };
  const parts: ProbePart[] = encoder.map((part) => ({ ...part, views: place(part.views, inFront, source.length) }));
  const own = { layer: spec.layers.length, direction: null } as const;
  parts.push({ ...own, role: "decoder", views: place(decoderViews, behind, T) });
  if (attention) {
    parts.push({ ...own, layer: own.layer + 1, role: "attention", views: place([attention], behind, T) });
  }
  const shown = placeRows(outputs.subarray(0, answer.length * V), behind);
  return { length: total, layers: parts, outputs: shown, answer };
}

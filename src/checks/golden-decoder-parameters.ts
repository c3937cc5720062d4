/**
 * A golden decoder's parameters ↔ ours. A file's cell acts on [x, c]; our W holds the rows of x and `decoder.Wc` those of
 * the context.
 */
import type { AttentionChoice } from "../core/attention-choice.ts";
import { contextWidth } from "../engine/sequence-to-sequence/attention-form.ts";
import { attentionBlocks, blocksFromGolden, blocksToGolden, readoutBlocks } from "../interop/golden-attention.ts";
import { type GoldenCellKind, parametersFromGolden, parametersToGolden } from "../interop/golden-cells.ts";

/** What decides a golden decoder's parameters. */
export interface GoldenDecoder {
  readonly kind: GoldenCellKind;
  readonly style: "bahdanau" | "luong";
  readonly attention: AttentionChoice;
  /** Units, features in, width of the encoder's outputs, outputs. */
  readonly H: number;
  readonly D: number;
  readonly sourceWidth: number;
  readonly V: number;
}

function partsOf({ style, attention, H, D, sourceWidth, V }: GoldenDecoder) {
  const widths = { query: H, source: sourceWidth };
  const E = contextWidth(attention, widths);
  const blocks = [...attentionBlocks(attention, widths, "att."), ...readoutBlocks(style, { H, E, V })];
  return { blocks, extents: { D: style === "bahdanau" ? D + E : D, H } };
}

/** Our segments by name; null where the file lacks a number. `find` gives tensors by the file's names (`dec.W_z`, `att.v`). */
export function decoderFromGolden(
  decoder: GoldenDecoder,
  find: (name: string) => ArrayLike<number> | undefined,
): ReadonlyMap<string, Float32Array<ArrayBuffer>> | null {
  const { blocks, extents } = partsOf(decoder);
  const around = blocksFromGolden(blocks, find);
  const cell = parametersFromGolden(decoder.kind, extents, (name) => find(`dec.${name}`));
  if (!around || !cell) return null;
  const segments = new Map(around);
  for (const [name, values] of cell) {
    if (name !== "W") {
      segments.set(`decoder.${name}`, values);
      continue;
    }
    const own = (values.length / extents.D) * decoder.D;
    segments.set("decoder.W", values.slice(0, own));
    if (decoder.style === "bahdanau") segments.set("decoder.Wc", values.slice(own));
  }
  return segments;
}

/** Parameters or their gradients under the file's names. */
export function decoderToGolden(
  decoder: GoldenDecoder,
  house: (name: string) => Float32Array<ArrayBuffer>,
): ReadonlyMap<string, Float32Array<ArrayBuffer>> {
  const { blocks, extents } = partsOf(decoder);
  const cell = parametersToGolden(decoder.kind, extents, (name) => {
    const own = house(`decoder.${name}`);
    if (name !== "W" || decoder.style === "luong") return own;
    return Float32Array.of(...own, ...house("decoder.Wc"));
  });
  const named = new Map(blocksToGolden(blocks, house));
  for (const [name, values] of cell) named.set(`dec.${name}`, values);
  return named;
}

/**
 * Plays the golden attention cases: attention alone, and whole decoders under teacher forcing. Files are batch-first, and
 * where a source step is masked they store a score of 0, which nothing reads.
 */
import * as v from "valibot";
import type { AttentionChoice } from "../core/attention-choice.ts";
import type { Player } from "../core/backend.ts";
import { contextWidth } from "../engine/sequence-to-sequence/attention-form.ts";
import { ATTENTION_TENSOR } from "../engine/sequence-to-sequence/attention-parts.ts";
import { buildAttentionProgram, buildDecoderProgram } from "../engine/sequence-to-sequence/build-check-programs.ts";
import { DECODER_TENSOR } from "../engine/sequence-to-sequence/decoder-parts.ts";
import { TENSOR } from "../engine/tensor-names.ts";
import { attentionBlocks, blocksFromGolden, blocksToGolden } from "../interop/golden-attention.ts";
import { isGoldenCell, layerOfGolden } from "../interop/golden-cells.ts";
import { type GoldenCase, swapLeadingAxes } from "../interop/golden-file.ts";
import { decoderFromGolden, decoderToGolden, type GoldenDecoder } from "./golden-decoder-parameters.ts";
import { segmentOf, segmentWrites } from "./golden-parameters.ts";
import { type GoldenRunner, inputOf, readFloats, unsupported, withPlayer } from "./golden-run.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** How the file says which attention it means. */
export const AttentionFields = {
  type: v.picklist(["additive", "scaled_dot", "scaled_dot_plain"]),
  Dq: Extent,
  De: Extent,
  A: v.optional(Extent),
  Av: v.optional(Extent),
};
const OpInfo = v.looseObject({ ...AttentionFields, B: Extent, Td: Extent, Te: Extent });
const DecoderInfo = v.looseObject({
  ...{ ...AttentionFields, B: Extent, Td: Extent, Te: Extent, I: Extent, O: Extent },
  style: v.picklist(["bahdanau", "luong"]),
  cell: v.string(),
});

const MISSING = "an input or a parameter is missing or has another shape";

/** The attention that a file means; null where a width is missing. */
export function attentionOfGolden({
  type,
  A,
  Av,
}: {
  readonly type: "additive" | "scaled_dot" | "scaled_dot_plain";
  readonly A?: number | undefined;
  readonly Av?: number | undefined;
}): AttentionChoice | null {
  if (type === "scaled_dot_plain") return { score: "dot" };
  if (A === undefined) return null;
  if (type === "additive") return { score: "additive", width: A };
  return Av === undefined ? null : { score: "dot-projected", width: A, valueWidth: Av };
}

interface Sizes {
  readonly B: number;
  readonly T: number;
  readonly S: number;
}

/** Named inputs of the right length, time-major; null where one is not. */
function readInputs(
  golden: GoldenCase,
  wanted: Readonly<Record<string, readonly [tensor: string, outer: number, inner: number, width: number]>>,
): ReadonlyMap<string, Float32Array<ArrayBuffer>> | null {
  const inputs = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, [tensor, outer, inner, width]] of Object.entries(wanted)) {
    const data = inputOf(golden, name);
    if (data?.length !== outer * inner * width) return null;
    inputs.set(tensor, swapLeadingAxes(data, { outer, inner, width }));
  }
  return inputs;
}

/** `src_mask` [B, S], or all ones where the file has none. */
function readMask(golden: GoldenCase, { B, S }: Sizes): { readonly masked: 0 | 1; readonly mask: Float32Array } | null {
  const mask = inputOf(golden, "src_mask");
  if (!mask) return { masked: 0, mask: new Float32Array(B * S).fill(1) };
  return mask.length === B * S ? { masked: 1, mask } : null;
}

/** Fills what both kinds of case have: inputs, mask, and a loss that counts every row. */
function writeInputs(
  player: Player,
  inputs: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
  mask: Float32Array,
  { B, T, S }: Sizes,
): void {
  for (const [tensor, data] of inputs) player.write(tensor, data);
  player.write("source.mask", swapLeadingAxes(mask, { outer: B, inner: S, width: 1 }));
  player.write("ones", new Float32Array(T * B).fill(1));
  player.write("count", Float32Array.of(1));
}

/** A tensor [T, B, width] as the file stores it, from row `skip` on. */
async function readRows(player: Player, tensor: string, axes: { T: number; B: number; width: number }, skip = 0) {
  const { T, B, width } = axes;
  const values = await readFloats(player, tensor, skip * B * width, T * B * width);
  return swapLeadingAxes(values, { outer: T, inner: B, width });
}

/** Plays attention alone. */
export const runGoldenAttention: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(OpInfo, golden.info);
  if (!info.success) return unsupported("this is no attention case");
  const { B, Td: T, Te: S, Dq: query, De: source } = info.output;
  const form = attentionOfGolden(info.output);
  const read = readMask(golden, { B, T, S });
  if (!form || !read) return unsupported(MISSING);
  const widths = { query, source };
  const E = contextWidth(form, widths);
  const inputs = readInputs(golden, {
    q: ["queries", B, T, query],
    enc: ["source", B, S, source],
    g_context: ["upstream", B, T, E],
  });
  const blocks = attentionBlocks(form, widths, "");
  const parameters = blocksFromGolden(blocks, (name) => golden.tensors.get(name)?.data);
  if (!inputs || !parameters) return unsupported(MISSING);
  const { program, model } = buildAttentionProgram({ form, widths, T, B, S, masked: read.masked });
  const tensors = await withPlayer(backend, program, async (player) => {
    for (const { tensor, offset, data } of segmentWrites(model, parameters)) player.write(tensor, data, offset);
    writeInputs(player, inputs, read.mask, { B, T, S });
    player.play("forward", {});
    player.play("backward", {});
    const pairs = { T, B, width: S };
    const unmasked = (values: Float32Array) =>
      values.map((value, i) => value * (read.mask[Math.floor(i / (T * S)) * S + (i % S)] ?? 0));
    const grads = await readFloats(player, TENSOR.gradients);
    const gradients = blocksToGolden(blocks, (name) => segmentOf(grads, model, name));
    return new Map<string, ArrayLike<number>>([
      ["scores", unmasked(await readRows(player, ATTENTION_TENSOR.scores(), pairs))],
      ["alpha", await readRows(player, ATTENTION_TENSOR.weights(), pairs)],
      ["d_scores", await readRows(player, ATTENTION_TENSOR.dscores, pairs)],
      ["context", await readRows(player, "context", { T, B, width: E })],
      ["loss", await readFloats(player, "loss")],
      ["d_q", await readRows(player, "dqueries", { T, B, width: query })],
      ["d_enc", await readRows(player, "dsource", { T: S, B, width: source })],
      ...[...gradients].map(([name, values]) => [`d_${name}`, values] as const),
    ]);
  });
  return { supported: true, tensors };
};

/** Plays a decoder under teacher forcing. */
export const runGoldenDecoder: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(DecoderInfo, golden.info);
  if (!info.success) return unsupported("this is no decoder case");
  const { B, Td: T, Te: S, Dq: H, De: sourceWidth, I: D, O: V, cell: kind, style } = info.output;
  if (!isGoldenCell(kind)) return unsupported(`cell ${kind}`);
  const attention = attentionOfGolden(info.output);
  const read = readMask(golden, { B, T, S });
  if (!attention || !read) return unsupported(MISSING);
  const shape = {
    ...{ layer: layerOfGolden(kind, H), inputWidth: D, sourceWidth, outputs: V },
    form: { kind: style, attention },
  };
  const decoder: GoldenDecoder = { kind, style, attention, H, D, sourceWidth, V };
  const inputs = readInputs(golden, {
    dec_x: ["batch.input", B, T, D],
    enc: ["source", B, S, sourceWidth],
    g_out: ["upstream", B, T, V],
    s0: [DECODER_TENSOR.state("h"), 1, B, H],
  });
  const parameters = decoderFromGolden(decoder, (name) => golden.tensors.get(name)?.data);
  if (!inputs || !parameters) return unsupported(MISSING);
  const { program, model } = buildDecoderProgram({ shape, T, B, S, masked: read.masked });
  const tensors = await withPlayer(backend, program, async (player) => {
    for (const { tensor, offset, data } of segmentWrites(model, parameters)) player.write(tensor, data, offset);
    writeInputs(player, inputs, read.mask, { B, T, S });
    player.play("forward", {});
    player.play("backward", {});
    const E = contextWidth(attention, { query: H, source: sourceWidth });
    const readout = await readRows(player, DECODER_TENSOR.readout(), { T, B, width: H + E });
    const grads = await readFloats(player, TENSOR.gradients);
    const gradients = decoderToGolden(decoder, (name) => segmentOf(grads, model, name));
    return new Map<string, ArrayLike<number>>([
      ["out", await readRows(player, DECODER_TENSOR.logits(), { T, B, width: V })],
      ["s", await readRows(player, DECODER_TENSOR.state("h"), { T, B, width: H }, 1)],
      ["alpha", await readRows(player, ATTENTION_TENSOR.weights(), { T, B, width: S })],
      ["context", readout.filter((_, i) => i % (H + E) >= H)],
      ["loss", await readFloats(player, "loss")],
      ["d_s", await readRows(player, DECODER_TENSOR.dState("h"), { T, B, width: H }, 1)],
      ["d_s0", await readFloats(player, DECODER_TENSOR.dState("h"), 0, B * H)],
      ["d_dec_x", await readRows(player, "batch.dx", { T, B, width: D })],
      ["d_enc", await readRows(player, "dsource", { T: S, B, width: sourceWidth })],
      ...[...gradients].map(([name, values]) => [`d_${name}`, values] as const),
    ]);
  });
  return { supported: true, tensors };
};

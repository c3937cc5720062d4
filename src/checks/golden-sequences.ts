/**
 * Plays the golden training of an encoder with a decoder behind it, by the whole training Program: first logits, weights
 * and gradients, the curves, and where parameters and logits ended. A pair is one window: source rows, then decoder rows.
 */
import * as v from "valibot";
import type { Player } from "../core/backend.ts";
import { buildProgram } from "../engine/build-program.ts";
import type { Model } from "../engine/model.ts";
import { ATTENTION_TENSOR } from "../engine/sequence-to-sequence/attention-parts.ts";
import { TENSOR } from "../engine/tensor-names.ts";
import { isGoldenCell, layerOfGolden, parametersFromGolden, parametersToGolden } from "../interop/golden-cells.ts";
import { type GoldenCase, swapLeadingAxes } from "../interop/golden-file.ts";
import { readGoldenOptimizer } from "../interop/golden-optimizer.ts";
import { AttentionFields, attentionOfGolden } from "./golden-attention.ts";
import { decoderFromGolden, decoderToGolden, type GoldenDecoder } from "./golden-decoder-parameters.ts";
import { segmentOf, segmentWrites } from "./golden-parameters.ts";
import { type GoldenRunner, readFloats, unsupported, withPlayer } from "./golden-run.ts";
import { playUpdate, readCurves, type UpdateSettings } from "./play-training.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Info = v.looseObject({
  ...AttentionFields,
  style: v.picklist(["bahdanau", "luong"]),
  cell: v.string(),
  ...{ B: Extent, Te: Extent, V: Extent, steps: Extent },
  opt: v.string(),
  kw: v.unknown(),
  clip: v.nullish(v.pipe(v.number(), v.gtValue(0)), null),
});

/** A case in the house's words. */
interface SequenceCase extends UpdateSettings {
  readonly decoder: GoldenDecoder;
  readonly B: number;
  /** Source steps, and as many decoder steps. */
  readonly S: number;
  readonly T: number;
  readonly steps: number;
  readonly rows: PairRows;
}

/** Resident rows [B·(S+T)]: of each pair first the source, then what the decoder reads and should say. */
interface PairRows {
  readonly input: Uint32Array<ArrayBuffer>;
  readonly target: Uint32Array<ArrayBuffer>;
  readonly present: Float32Array<ArrayBuffer>;
  readonly mask: Float32Array<ArrayBuffer>;
}

type Results = Map<string, ArrayLike<number>>;

/** Joins [B, S] and [B, T] row by row; `undefined` stands for zeros. */
function joinRows(
  { B, S, T }: Pick<SequenceCase, "B" | "S" | "T">,
  source: ArrayLike<number> | undefined,
  decoder: ArrayLike<number> | undefined,
): number[] {
  return Array.from({ length: B * (S + T) }, (_, row) => {
    const b = Math.floor(row / (S + T));
    const t = row % (S + T);
    return t < S ? (source?.[b * S + t] ?? 0) : (decoder?.[b * T + t - S] ?? 0);
  });
}

/** Null where an input is missing, has another shape or a symbol beyond the vocabulary. */
function readPairs(golden: GoldenCase, extents: { B: number; S: number; T: number; V: number }): PairRows | null {
  const { B, S, T, V } = extents;
  const src = golden.tensors.get("src")?.data;
  const mask = golden.tensors.get("src_mask")?.data;
  const decIn = golden.tensors.get("dec_in")?.data;
  const target = golden.tensors.get("target")?.data;
  if (src?.length !== B * S || mask?.length !== B * S || decIn?.length !== B * T || target?.length !== B * T) {
    return null;
  }
  if (![src, decIn, target].every((ids) => ids.every((id) => id >= 0 && id < V))) return null;
  return {
    input: Uint32Array.from(joinRows(extents, src, decIn)),
    target: Uint32Array.from(joinRows(extents, undefined, target)),
    present: Float32Array.from(joinRows(extents, mask, undefined)),
    mask: Float32Array.from(joinRows(extents, undefined, mask)),
  };
}

/** Plays a case of `attention/seq2seq_train`. */
export const runGoldenSequences: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(Info, golden.info);
  if (!info.success) return unsupported("this is no training of a decoder");
  const { B, Te: S, V, Dq: H, De: sourceWidth, cell: kind, style, steps, clip, opt, kw } = info.output;
  if (!isGoldenCell(kind)) return unsupported(`cell ${kind}`);
  const optimizer = readGoldenOptimizer(opt, kw);
  if (optimizer === null) return unsupported(`optimizer ${opt} or a setting of it`);
  const attention = attentionOfGolden(info.output);
  const T = (golden.tensors.get("dec_in")?.data.length ?? 0) / B;
  const rows = readPairs(golden, { B, S, T, V });
  if (!attention || !rows) return unsupported("an input is missing or has another shape");
  const decoder: GoldenDecoder = { kind, style, attention, H, D: V, sourceWidth, V };
  const { program, model } = buildProgram({
    ...{ layers: [layerOfGolden(kind, sourceWidth)], inputWidth: V, outputs: V, input: "tokens", head: "every" },
    ...{ loss: { name: "ce", smoothing: 0 }, optimizer: optimizer.choice, masked: true },
    ...{ T: S + T, B, R: B * (S + T), K: 1, M: steps, probeLength: 0, generate: false },
    decoder: {
      layer: layerOfGolden(kind, H),
      form: { kind: style, attention },
      sourceSteps: S,
      boundary: 0,
      sampling: null,
    },
  });
  const find = (name: string) => golden.tensors.get(`init/${name}`)?.data;
  const encoder = parametersFromGolden(kind, { D: V, H: sourceWidth }, (name) => find(`enc.${name}`));
  const behind = decoderFromGolden(decoder, find);
  if (!encoder || !behind) return unsupported("start weights are missing or have another shape");
  const schedule = { name: "constant" } as const;
  const play = { decoder, B, S, T, steps, optimizer, schedule, clip: clip ?? 0, rows };
  const tensors = await withPlayer(backend, program, async (player) => {
    const start = new Map([...[...encoder].map(([name, data]) => [`layers.0.${name}`, data] as const), ...behind]);
    for (const { tensor, offset, data } of segmentWrites(model, start)) player.write(tensor, data, offset);
    return playSteps(player, play, model);
  });
  return { supported: true, tensors };
};

async function playSteps(player: Player, play: SequenceCase, model: Model): Promise<Results> {
  const { B, S, T, steps, rows } = play;
  const results: Results = new Map();
  const name = (flat: Float32Array<ArrayBuffer>, prefix: string) => {
    for (const [own, values] of namedParameters(flat, play, model)) results.set(`${prefix}${own}`, values);
  };
  for (const [tensor, data] of Object.entries(rows)) player.write(`data.${tensor}`, data);
  player.write(
    "starts",
    Uint32Array.from({ length: B }, (_, b) => b * (S + T)),
  );
  const batch = { slot: 0, live: B };
  for (let step = 0; step < steps; step++) {
    player.play("forward", batch);
    if (step === 0) await readOutputs(player, play, "0", results);
    player.play("backward", {});
    if (step === 0) name(await readFloats(player, TENSOR.gradients), "grad0/");
    playUpdate(player, play, step);
  }
  player.play("evaluate", batch);
  await readOutputs(player, play, "_final", results);
  name(await readFloats(player, TENSOR.parameters), "final/");
  for (const [curve, values] of await readCurves(player, steps)) results.set(curve, values);
  return results;
}

/** Logits [B, T, V] and weights [B, T, S]. */
async function readOutputs(player: Player, play: SequenceCase, suffix: string, results: Results): Promise<void> {
  const { B, S, T, decoder } = play;
  const logits = await readFloats(player, "logits");
  const weights = await readFloats(player, ATTENTION_TENSOR.weights());
  results.set(`logits${suffix}`, swapLeadingAxes(logits, { outer: T, inner: B, width: decoder.V }));
  results.set(`alpha${suffix}`, swapLeadingAxes(weights, { outer: T, inner: B, width: S }));
}

/** Parts of a flat buffer under the file's names. */
function namedParameters(flat: Float32Array<ArrayBuffer>, { decoder }: SequenceCase, model: Model): Results {
  const part = (name: string) => segmentOf(flat, model, name);
  const named: Results = new Map(decoderToGolden(decoder, part));
  const extents = { D: decoder.V, H: decoder.sourceWidth };
  const encoder = parametersToGolden(decoder.kind, extents, (name) => part(`layers.0.${name}`));
  for (const [name, values] of encoder) named.set(`enc.${name}`, values);
  return named;
}

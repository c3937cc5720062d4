/**
 * Plays the golden layers without a recurrence: dense with every activation, embeddings, and dropout with the mask of the
 * file. A file's dense W is [O, I], ours [I, O].
 */
import * as v from "valibot";
import type { Backend } from "../core/backend.ts";
import { elementCount } from "../core/dims.ts";
import type { Program } from "../core/program.ts";
import { buildDenseProgram, buildEmbeddingProgram, buildProductProgram } from "../engine/build-layer-programs.ts";
import { type GoldenCase, swapLeadingAxes } from "../interop/golden-file.ts";
import { type GoldenRunner, inputOf, readFloats, unsupported, withPlayer } from "./golden-run.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const COMMON = {
  name: v.string(),
  lead: v.array(Extent),
  f32_torch_maxabs_err: v.optional(v.unknown()),
};

/** Strict, so that a setting we do not know makes the case unsupported instead of wrong. */
const LayerInfo = v.variant("type", [
  v.strictObject({
    ...COMMON,
    type: v.literal("dense"),
    act: v.picklist(["linear", "relu", "tanh", "sigmoid", "softmax"]),
    I: Extent,
    O: Extent,
  }),
  v.strictObject({
    ...COMMON,
    type: v.literal("embedding"),
    V: Extent,
    E: Extent,
    padding_idx: v.nullish(v.pipe(v.number(), v.safeInteger()), null),
  }),
  v.strictObject({ ...COMMON, type: v.literal("dropout"), p: v.pipe(v.number(), v.minValue(0), v.ltValue(1)) }),
]);

type Info = v.InferOutput<typeof LayerInfo>;
type InfoOf<Type extends Info["type"]> = Extract<Info, { readonly type: Type }>;
type Inputs = Readonly<Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>>;

/** Plays a case of `layers/`. */
export const runGoldenLayer: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(LayerInfo, golden.info);
  if (!info.success) return unsupported("a layer or a setting of one that is not there yet");
  const tensors = await playLayer(golden, info.output, backend);
  return tensors ? { supported: true, tensors } : unsupported("an input is missing or has another shape");
};

function playLayer(golden: GoldenCase, info: Info, backend: Backend) {
  switch (info.type) {
    case "dense":
      return playDense(golden, info, backend);
    case "embedding":
      return playEmbedding(golden, info, backend);
    case "dropout":
      return playDropout(golden, info, backend);
    default:
      return info satisfies never;
  }
}

/** Plays both phases over N rows, or elements, and reads tensors under the file's names. */
async function play(
  backend: Backend,
  program: Program,
  {
    N,
    inputs,
    results,
  }: { readonly N: number; readonly inputs: Inputs; readonly results: Readonly<Record<string, string>> },
): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  return withPlayer(backend, program, async (player) => {
    for (const [name, data] of Object.entries(inputs)) player.write(name, data);
    player.write("ones", new Float32Array(N).fill(1));
    player.write("count", Float32Array.of(1));
    player.play("forward", {});
    player.play("backward", {});
    const read = async ([name, tensor]: [string, string]) => [name, await readFloats(player, tensor)] as const;
    return new Map(await Promise.all(Object.entries(results).map(read)));
  });
}

async function playDense(golden: GoldenCase, { lead, I: D, O: C, act }: InfoOf<"dense">, backend: Backend) {
  const N = elementCount(lead);
  const [x, W, b, upstream] = [inputOf(golden, "x"), inputOf(golden, "W"), inputOf(golden, "b"), inputOf(golden, "gy")];
  if (x?.length !== N * D || W?.length !== D * C || b?.length !== C || upstream?.length !== N * C) return null;
  const activation = act === "linear" ? null : act;
  const inputs = { x, W: swapLeadingAxes(W, { outer: C, inner: D, width: 1 }), b, upstream };
  const results = { loss: "loss", y: activation ? "y" : "a", d_a: "da", d_x: "dx", d_W: "dW", d_b: "db" };
  const played = await play(backend, buildDenseProgram({ N, D, C, activation }), { N, inputs, results });
  return played.set("d_W", swapLeadingAxes(played.get("d_W") ?? [], { outer: D, inner: C, width: 1 }));
}

async function playEmbedding(golden: GoldenCase, info: InfoOf<"embedding">, backend: Backend) {
  const { lead, V: D, E: C, padding_idx: index } = info;
  const N = elementCount(lead);
  const [given, W, upstream] = [inputOf(golden, "ids"), inputOf(golden, "W"), inputOf(golden, "gy")];
  if (given?.length !== N || W?.length !== D * C || upstream?.length !== N * C) return null;
  const isId = (id: number) => Number.isInteger(id) && id >= 0 && id < D;
  // As in PyTorch, a negative index counts from the end.
  const padding = index !== null && index < 0 ? index + D : index;
  if (!given.every(isId) || (padding !== null && !isId(padding))) return null;
  const inputs = { ids: Uint32Array.from(given), W, upstream };
  const results = { loss: "loss", y: "y", d_W: "dW" };
  return play(backend, buildEmbeddingProgram({ N, D, C, padding }), { N, inputs, results });
}

async function playDropout(golden: GoldenCase, { lead, p }: InfoOf<"dropout">, backend: Backend) {
  const N = elementCount(lead);
  const [x, keep, upstream] = [inputOf(golden, "x"), inputOf(golden, "keep"), inputOf(golden, "gy")];
  if (x?.length !== N || keep?.length !== N || upstream?.length !== N) return null;
  const inputs = { x, mask: keep.map((kept) => kept / (1 - p)), upstream };
  return play(backend, buildProductProgram(N), { N, inputs, results: { loss: "loss", y: "y", d_x: "dx" } });
}

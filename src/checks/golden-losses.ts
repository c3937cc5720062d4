/**
 * Plays the golden losses. The loss and its gradient come from one call over rows as in training; the elementwise values
 * come from a second call in which every element is a row of its own, or every row counts by its mask alone.
 */
import * as v from "valibot";
import type { Backend } from "../core/backend.ts";
import { elementCount } from "../core/dims.ts";
import { buildLossProgram, type LossProgramSpec } from "../engine/build-loss-program.ts";
import { hasClassTargets, type LossSpec, scalarsPerRow } from "../engine/losses.ts";
import type { GoldenCase } from "../interop/golden-file.ts";
import { type GoldenRunner, inputOf, readFloats, unsupported, withPlayer } from "./golden-run.ts";

/** Strict, so that a setting we do not know makes the case unsupported instead of wrong. */
const LossInfo = v.strictObject({
  name: v.string(),
  loss: v.picklist(["mse", "mae", "huber", "bce_logits", "bce_prob", "softmax_ce"]),
  shape: v.pipe(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), v.minLength(1)),
  reduction: v.picklist(["mean", "sum", "seq_mean"]),
  delta: v.optional(v.number(), 1),
  pos_weight: v.optional(v.number(), 1),
  label_smoothing: v.optional(v.number(), 0),
  class_weights: v.optional(v.boolean(), false),
  // How inputs were drawn; they are in the file.
  amp: v.optional(v.number()),
  soft: v.optional(v.boolean()),
  ignore: v.optional(v.boolean()),
  lengths: v.optional(v.array(v.number())),
  f32_torch_maxabs_err: v.optional(v.unknown()),
});

type Info = v.InferOutput<typeof LossInfo>;

/** `inLoss`: classes have weights, and the labels are smoothed, so the loss itself multiplies by them. */
function lossOf(info: Info, soft: boolean, inLoss: boolean): LossSpec {
  switch (info.loss) {
    case "mse":
    case "mae":
      return { name: info.loss };
    case "huber":
      return { name: "huber", delta: info.delta };
    case "bce_logits":
      return { name: "bce", positiveWeight: info.pos_weight };
    case "bce_prob":
      return { name: "bce-prob" };
    case "softmax_ce":
      if (soft) return { name: "ce-soft" };
      return inLoss
        ? { name: "ce-weighted", smoothing: info.label_smoothing, weights: [] }
        : { name: "ce", smoothing: info.label_smoothing };
    default:
      return info.loss satisfies never;
  }
}

/** Inputs of a case with rows made explicit. */
interface LossCase extends LossProgramSpec {
  readonly pred: Float32Array<ArrayBuffer>; // [N, V]
  readonly target: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>; // [N, V] or ids [N]
  readonly mask: Float32Array<ArrayBuffer>; // [N]
  readonly classWeights: Float32Array<ArrayBuffer> | null; // [V]
}

/** Plays a case of `losses/`. */
export const runGoldenLoss: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(LossInfo, golden.info);
  if (!info.success) return unsupported("a loss, reduction or weighting that is not there yet");
  const rows = readCase(golden, info.output);
  if (rows === null) return unsupported("an input is missing or has another shape, or settings that do not combine");
  const { name } = rows.loss;
  const played = await playLoss(backend, rows);
  const elements = await playLoss(backend, elementsOf(rows));
  const tensors = new Map<string, ArrayLike<number>>([
    ["loss", played.loss],
    ["d_pred", played.dlogits],
    ["elem", elements.rowLoss],
  ]);
  if (name === "bce") tensors.set("sigmoid", played.outputs);
  if (name === "ce" || name === "ce-weighted" || name === "ce-soft") tensors.set("softmax", played.outputs);
  return { supported: true, tensors };
};

/** The same elements as rows that each have a loss of their own, unweighted by their sequence. */
function elementsOf(rows: LossCase): LossCase {
  const { loss, N, V, mask } = rows;
  const { sequences: _, ...single } = rows;
  if (scalarsPerRow(loss, V) === 1) return single;
  const spread = Float32Array.from({ length: N * V }, (_unused, i) => mask[Math.floor(i / V)] ?? 0);
  return { ...single, N: N * V, V: 1, mask: spread };
}

async function playLoss(backend: Backend, rows: LossCase) {
  const { loss, V, pred, target, mask, classWeights } = rows;
  return withPlayer(backend, buildLossProgram(rows), async (player) => {
    player.write("logits", pred);
    player.write("target", target);
    player.write("mask", mask);
    if (classWeights) player.write("classWeights", classWeights);
    if (rows.sum) player.write("count", Float32Array.of(1 / scalarsPerRow(loss, V)));
    player.play("forward", {});
    const shown = loss.name === "bce" || hasClassTargets(loss) || loss.name === "ce-soft";
    return {
      loss: await readFloats(player, "loss"),
      dlogits: await readFloats(player, "dlogits"),
      rowLoss: await readFloats(player, "rowLoss"),
      // The others have no probabilities, and their Programs no such tensor.
      outputs: shown ? await readFloats(player, "outputs") : [],
    };
  });
}

/** Null where the inputs do not fit the shape. A mask as large as `pred` makes every element a row. */
function readCase(golden: GoldenCase, info: Info): LossCase | null {
  const { shape } = info;
  const pred = inputOf(golden, "pred");
  const target = golden.tensors.get("target");
  const given = inputOf(golden, "mask");
  const total = elementCount(shape);
  if (pred?.length !== total || !target) return null;
  const ofClasses = info.loss === "softmax_ce";
  const ids = ofClasses && target.data instanceof Int32Array;
  const elementwise = !ofClasses && (shape.length === 1 || given?.length === total);
  const V = elementwise ? 1 : (shape.at(-1) ?? 1);
  const N = total / V;
  const mask = given ?? new Float32Array(N).fill(1);
  const classWeights = info.class_weights ? (inputOf(golden, "class_weights") ?? null) : null;
  const inLoss = info.class_weights && info.label_smoothing > 0;
  const weightsFit = info.class_weights
    ? ids && classWeights?.length === V && !(inLoss && info.reduction === "seq_mean")
    : true;
  const smoothingFits = info.label_smoothing === 0 || ids;
  const sequences = sequencesOf(info, N);
  if (mask.length !== N || !weightsFit || !smoothingFits || sequences === null) return null;
  const loss = lossOf(info, !ids, inLoss);
  const common = {
    loss,
    N,
    V,
    pred,
    mask,
    classWeights,
    weighted: classWeights !== null && !inLoss,
    sum: info.reduction === "sum",
  };
  const rows = sequences ? { ...common, sequences } : common;
  if (!ids) {
    const values = Float32Array.from(target.data);
    return values.length === total ? { ...rows, target: values } : null;
  }
  if (target.data.length !== N) return null;
  const labels = Uint32Array.from(target.data, (id, n) => (mask[n] === 0 ? 0 : id));
  return labels.every((id) => id < V) ? { ...rows, target: labels } : null;
}

/** Rows [B, T] of a mean by sequence, undefined for other reductions, null where rows are no steps of sequences. */
function sequencesOf({ reduction, shape }: Info, N: number): LossProgramSpec["sequences"] | null {
  if (reduction !== "seq_mean") return undefined;
  const [B, T] = shape;
  if (B === undefined || T === undefined || B * T !== N) return null;
  return { T, B, stepStride: 1, rowStride: T };
}

/**
 * Plays the golden losses. The loss and its gradient come from one call over rows as in training; the elementwise
 * values of MSE and BCE come from a second call in which every element is a row of its own.
 */
import * as v from "valibot";
import type { Backend } from "../core/backend.ts";
import { elementCount } from "../core/dims.ts";
import { buildLossProgram } from "../engine/build-parts.ts";
import type { LossName } from "../engine/losses.ts";
import type { GoldenCase } from "../interop/golden-file.ts";
import { type GoldenRunner, inputOf, readFloats, unsupported, withPlayer } from "./golden-run.ts";

/** Strict, so that a setting we do not know (weights, smoothing, …) makes the case unsupported instead of wrong. */
const LossInfo = v.strictObject({
  name: v.string(),
  loss: v.picklist(["mse", "bce_logits", "softmax_ce"]),
  shape: v.pipe(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), v.minLength(1)),
  reduction: v.literal("mean"),
  // How inputs were drawn; they are in the file.
  amp: v.optional(v.number()),
  soft: v.optional(v.boolean()),
  ignore: v.optional(v.boolean()),
  lengths: v.optional(v.array(v.number())),
  f32_torch_maxabs_err: v.optional(v.unknown()),
});

const LOSS_NAMES = { mse: "mse", bce_logits: "bce", softmax_ce: "ce" } as const;

/** Inputs of a case with rows made explicit. */
interface LossCase {
  readonly loss: LossName;
  readonly N: number;
  readonly V: number;
  readonly pred: Float32Array<ArrayBuffer>; // [N, V]
  readonly target: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>; // [N, V] or ids [N]
  readonly mask: Float32Array<ArrayBuffer>; // [N]
}

/** Plays a case of `losses/`. */
export const runGoldenLoss: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(LossInfo, golden.info);
  if (!info.success) return unsupported("a loss, reduction or weighting that is not there yet");
  const rows = readCase(golden, LOSS_NAMES[info.output.loss], info.output.shape);
  if (rows === null) return unsupported("soft targets, or an input is missing or has another shape");
  const played = await playLoss(backend, rows);
  const elements = rows.loss === "ce" ? played : await playLoss(backend, elementsOf(rows));
  const tensors = new Map<string, ArrayLike<number>>([
    ["loss", played.loss],
    ["d_pred", played.dlogits],
    ["elem", elements.rowLoss],
  ]);
  if (rows.loss === "bce") tensors.set("sigmoid", played.outputs);
  if (rows.loss === "ce") tensors.set("softmax", played.outputs);
  return { supported: true, tensors };
};

/** The same elements as rows of width 1, so that each has a row loss of its own. */
function elementsOf(rows: LossCase): LossCase {
  const { N, V, mask } = rows;
  const spread = Float32Array.from({ length: N * V }, (_, i) => mask[Math.floor(i / V)] ?? 0);
  return { ...rows, N: N * V, V: 1, mask: spread };
}

async function playLoss(backend: Backend, { loss, N, V, pred, target, mask }: LossCase) {
  return withPlayer(backend, buildLossProgram(loss, N, V), async (player) => {
    player.write("logits", pred);
    player.write("target", target);
    player.write("mask", mask);
    player.play("forward", {});
    return {
      loss: await readFloats(player, "loss"),
      dlogits: await readFloats(player, "dlogits"),
      rowLoss: await readFloats(player, "rowLoss"),
      // MSE has no probabilities, and its Program no such tensor.
      outputs: loss === "mse" ? [] : await readFloats(player, "outputs"),
    };
  });
}

/** Null where the inputs do not fit the shape. A mask as large as `pred` makes every element a row. */
function readCase(golden: GoldenCase, loss: LossName, shape: readonly number[]): LossCase | null {
  const pred = inputOf(golden, "pred");
  const target = golden.tensors.get("target");
  const given = inputOf(golden, "mask");
  const total = elementCount(shape);
  const elementwise = loss !== "ce" && (shape.length === 1 || given?.length === total);
  const V = elementwise ? 1 : (shape.at(-1) ?? 1);
  const N = total / V;
  const mask = given ?? new Float32Array(N).fill(1);
  if (pred?.length !== total || !target || mask.length !== N) return null;
  if (loss !== "ce") {
    const values = Float32Array.from(target.data);
    return values.length === total ? { loss, N, V, pred, target: values, mask } : null;
  }
  if (!(target.data instanceof Int32Array) || target.data.length !== N) return null;
  const ids = Uint32Array.from(target.data, (id, n) => (mask[n] === 0 ? 0 : id));
  return ids.every((id) => id < V) ? { loss, N, V, pred, target: ids, mask } : null;
}

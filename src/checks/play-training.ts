/**
 * Plays a golden training run with the engine's whole training Program and reads everything a golden file can hold of
 * it: first predictions and gradients, the curves from the metrics ring, and where the parameters ended.
 */
import type { Backend, Player } from "../core/backend.ts";
import type { ScheduleChoice } from "../core/schedule-choice.ts";
import { buildProgram } from "../engine/build-program.ts";
import type { LossSpec } from "../engine/losses.ts";
import type { Model } from "../engine/model.ts";
import { writeOptimizerScalars } from "../engine/optimizers.ts";
import { FRESH_PLATEAU, scheduleFactor } from "../engine/schedules.ts";
import { layerName, TENSOR } from "../engine/tensor-names.ts";
import { TRAINING } from "../engine/training-queue.ts";
import {
  type GoldenCellKind,
  layerOfGolden,
  parametersFromGolden,
  parametersToGolden,
} from "../interop/golden-cells.ts";
import { type GoldenTensor, swapLeadingAxes } from "../interop/golden-file.ts";
import type { GoldenOptimizer } from "../interop/golden-optimizer.ts";
import { parameterWrites, segmentOf, type TensorWrite } from "./golden-parameters.ts";
import { readFloats, withPlayer } from "./golden-run.ts";

/** Resident data and the batches to play. */
export interface TrainingData {
  readonly kind: "features" | "tokens";
  /** Resident rows, and those of a window. */
  readonly R: number;
  readonly T: number;
  /** Features, or vocabulary size. */
  readonly D: number;
  readonly V: number;
  readonly input: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>; // [R, D] or ids [R]
  readonly target: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>; // [R, V] or ids [R]
  readonly B: number;
  /** Batches, taken in turn. */
  readonly K: number;
  readonly starts: Uint32Array<ArrayBuffer>; // [K, B]
}

/** A training run in the house's words; `find` gives the file's tensors. */
export interface TrainingCase {
  readonly layers: readonly { readonly kind: GoldenCellKind; readonly H: number }[];
  readonly loss: LossSpec;
  readonly head: "every" | "last";
  readonly steps: number;
  readonly optimizer: GoldenOptimizer;
  readonly schedule: ScheduleChoice;
  /** Largest gradient norm, 0 for none. */
  readonly clip: number;
  readonly data: TrainingData;
  /** The states pass from step to step, also from the last batch to the first. */
  readonly carried: boolean;
  readonly find: (name: string) => GoldenTensor | undefined;
}

type Results = Map<string, ArrayLike<number>>;

/**
 * Plays all steps; null when the file lacks a start weight. The first one is played phase by phase, for what is read
 * between them, and all others as training plays them, in one call that a plan may turn into few dispatches.
 */
export async function playTraining(backend: Backend, training: TrainingCase): Promise<Results | null> {
  const { data, loss, head, steps, optimizer, layers } = training;
  const { program, model } = buildProgram({
    layers: layers.map(({ kind, H }) => layerOfGolden(kind, H)),
    inputWidth: data.D,
    outputs: data.V,
    input: data.kind,
    head,
    loss,
    optimizer: optimizer.choice,
    T: data.T,
    B: data.B,
    R: data.R,
    carried: training.carried,
    K: data.K,
    M: steps,
    probeLength: 0,
    generate: false,
    dhNorms: true,
  });
  const weights = startWeights(training, model);
  if (weights === null) return null;
  return withPlayer(backend, program, async (player) => {
    for (const { tensor, offset, data: values } of weights) player.write(tensor, values, offset);
    player.write("data.input", data.input);
    player.write("data.target", data.target);
    player.write("data.mask", new Float32Array(data.R).fill(1));
    player.write("starts", data.starts);
    return playSteps(player, training, model);
  });
}

async function playSteps(player: Player, training: TrainingCase, model: Model): Promise<Results> {
  const { data, steps } = training;
  const results: Results = new Map();
  // Nothing has been carried before the first step, so that what is resumed there is 0.
  const batch = { slot: 0, live: data.B, resume: 1 };
  player.play("forward", batch);
  results.set("pred0", await readPredictions(player, training));
  player.play("backward", {});
  player.play("dh-norm", {});
  await readFirstGradients(player, training, model, results);
  playUpdate(player, training, 0);
  player.playSteps(TRAINING, steps - 1, (phase, i) => {
    if (phase === "update") return updateScalars(training, i + 1);
    batch.slot = (i + 1) % data.K;
    return batch;
  });
  player.play("evaluate", { slot: 0, live: data.B, resume: 0 });
  results.set("pred_final", await readPredictions(player, training));
  const params = await readFloats(player, TENSOR.parameters);
  for (const [name, values] of namedParameters(params, training, model)) results.set(`final/${name}`, values);
  for (const [name, values] of await readCurves(player, steps)) results.set(name, values);
  return results;
}

/** What decides an update besides the gradients. */
export type UpdateSettings = Pick<TrainingCase, "optimizer" | "schedule" | "clip">;

/** Scalars of the update of training step `step`, counted from 0. */
function updateScalars({ optimizer, schedule, clip }: UpdateSettings, step: number): Readonly<Record<string, number>> {
  const scalars: Record<string, number> = { clip, clipValue: 0, l1: 0, slot: step };
  writeOptimizerScalars(scalars, optimizer.choice, step + 1);
  scalars.learningRate = optimizer.learningRate * scheduleFactor(schedule, step, FRESH_PLATEAU);
  return scalars;
}

/** The update of training step `step`, counted from 0. */
export function playUpdate(player: Player, settings: UpdateSettings, step: number): void {
  player.play("update", updateScalars(settings, step));
  player.submit();
}

/** The curves of all steps from the metrics ring. */
export async function readCurves(player: Player, steps: number): Promise<ReadonlyMap<string, Float32Array>> {
  const metrics = await readFloats(player, "metrics");
  const column = (index: number) => Float32Array.from({ length: steps }, (_, step) => metrics[step * 4 + index] ?? 0);
  return new Map([
    ["loss", column(0)],
    ["grad_norm", column(1)],
    ["lr", column(3)],
    // PyTorch's own float32 curve is another reference for the same numbers.
    ["loss_f32_torch", column(0)],
  ]);
}

/** Head outputs as the file stores them: [B, V], or batch-first [B, T, V]. */
async function readPredictions(player: Player, { head, data }: TrainingCase): Promise<Float32Array> {
  const logits = await readFloats(player, "logits");
  return head === "every" ? swapLeadingAxes(logits, { outer: data.T, inner: data.B, width: data.V }) : logits;
}

async function readFirstGradients(
  player: Player,
  training: TrainingCase,
  model: Model,
  results: Results,
): Promise<void> {
  const grads = await readFloats(player, TENSOR.gradients);
  for (const [name, values] of namedParameters(grads, training, model)) results.set(`grad0/${name}`, values);
  const { T, B } = training.data;
  for (const index of training.layers.keys()) {
    const norms = await readFloats(player, TENSOR.dhNorm(index));
    results.set(`step0.L${index}.d_h_l2`, swapLeadingAxes(norms, { outer: T, inner: B, width: 1 }));
  }
}

function inputWidth({ layers, data }: TrainingCase, index: number): number {
  return layers[index - 1]?.H ?? data.D;
}

/** `init/*` of the file as writes into the flat buffer; the head's `dense.W` [V, H] is ours transposed. */
function startWeights(training: TrainingCase, model: Model): readonly TensorWrite[] | null {
  const { layers, data, find } = training;
  const writes: TensorWrite[] = [];
  for (const [index, { kind, H }] of layers.entries()) {
    const extents = { D: inputWidth(training, index), H };
    const parameters = parametersFromGolden(kind, extents, (name) => find(`init/L${index}.${name}`)?.data);
    if (parameters === null) return null;
    writes.push(...parameterWrites(model, layerName(index), parameters));
  }
  const W = find("init/dense.W");
  const b = find("init/dense.b");
  const top = layers.at(-1)?.H ?? 0;
  if (W?.data.length !== data.V * top || b?.data.length !== data.V) return null;
  const head = new Map([
    ["W", swapLeadingAxes(W.data, { outer: data.V, inner: top, width: 1 })],
    ["b", Float32Array.from(b.data)],
  ]);
  return [...writes, ...parameterWrites(model, "head", head)];
}

/** Parts of a flat buffer of parameters or gradients under the file's names. */
function namedParameters(flat: Float32Array<ArrayBuffer>, training: TrainingCase, model: Model): Results {
  const named: Results = new Map();
  for (const [index, { kind, H }] of training.layers.entries()) {
    const extents = { D: inputWidth(training, index), H };
    const layer = parametersToGolden(kind, extents, (name) => segmentOf(flat, model, `${layerName(index)}.${name}`));
    for (const [name, values] of layer) named.set(`L${index}.${name}`, values);
  }
  const { V } = training.data;
  const W = segmentOf(flat, model, "head.W");
  named.set("dense.W", swapLeadingAxes(W, { outer: W.length / V, inner: V, width: 1 }));
  named.set("dense.b", segmentOf(flat, model, "head.b").slice());
  return named;
}

/**
 * Reads golden training runs. Sequences lie behind each other in the resident data, so row s·T + t is step t of
 * sequence s: files are batch-first already and nothing is transposed on the way in.
 */
import * as v from "valibot";
import type { ScheduleChoice } from "../core/schedule-choice.ts";
import type { LossSpec } from "../engine/losses.ts";
import { type GoldenCellKind, isGoldenCell } from "../interop/golden-cells.ts";
import type { GoldenCase, GoldenTensor } from "../interop/golden-file.ts";
import { readGoldenOptimizer } from "../interop/golden-optimizer.ts";
import { type GoldenPlace, type GoldenRunner, unsupported } from "./golden-run.ts";
import { playTraining, type TrainingCase, type TrainingData } from "./play-training.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const TrainingInfo = v.looseObject({
  opt: v.string(),
  hyper: v.unknown(),
  steps: Extent,
  loss: v.string(),
  per_step: v.boolean(),
  layers: v.pipe(v.array(v.object({ kind: v.string(), hidden: Extent })), v.minLength(1)),
  clip: v.nullable(v.pipe(v.number(), v.gtValue(0))),
  warmup_cosine: v.nullable(v.strictObject({ warmup: Extent, total: Extent, min_ratio: v.optional(v.number(), 0) })),
  stateful: v.boolean(),
  /** Steps of a window, where it is cut from streams. */
  T: v.optional(Extent),
  init_and_data_from: v.optional(v.string()),
});

const LOSSES: Readonly<Record<string, LossSpec>> = {
  mse: { name: "mse" },
  mae: { name: "mae" },
  bce_logits: { name: "bce", positiveWeight: 1 },
  softmax_ce: { name: "ce", smoothing: 0 },
};

/** Plays a training run: `optim/end_to_end` and `train/`. */
export const runGoldenTraining: GoldenRunner = async (golden, place) => {
  const info = v.safeParse(TrainingInfo, golden.info);
  if (!info.success) return unsupported("settings of another form");
  const { steps, per_step, clip, hyper, opt } = info.output;
  const optimizer = readGoldenOptimizer(opt, hyper);
  if (optimizer === null) return unsupported(`optimizer ${opt} or a setting of it`);
  const layers: { readonly kind: GoldenCellKind; readonly H: number }[] = [];
  for (const { kind, hidden } of info.output.layers) {
    if (!isGoldenCell(kind)) return unsupported(`cell ${kind}`);
    layers.push({ kind, H: hidden });
  }
  const find = await tensorFinder(golden, place, info.output.init_and_data_from);
  const loss = LOSSES[info.output.loss];
  if (!loss) return unsupported(`loss ${info.output.loss}`);
  const head = per_step ? "every" : "last";
  const { stateful, T } = info.output;
  const data = stateful ? readStreams(find, T, { loss, head }) : readData(find, { loss, head, steps });
  if (data === null) return unsupported("the data is missing or has another shape");
  const { warmup_cosine: wave } = info.output;
  const schedule: ScheduleChoice = wave
    ? { name: "warmup-cosine", warmup: wave.warmup, total: wave.total, floor: wave.min_ratio }
    : { name: "constant" };
  const settings: TrainingCase = {
    layers,
    loss,
    head,
    steps,
    optimizer,
    schedule,
    clip: clip ?? 0,
    data,
    carried: stateful,
    find,
  };
  const tensors = await playTraining(place.backend, settings);
  return tensors ? { supported: true, tensors } : unsupported("start weights are missing or have another shape");
};

type Find = (name: string) => GoldenTensor | undefined;

/** Data and start weights may be the case's own, those of `common`, or those of the one case of another file. */
async function tensorFinder(golden: GoldenCase, place: GoldenPlace, other: string | undefined): Promise<Find> {
  const foreign = other === undefined ? undefined : await place.file(other);
  const cases = [golden, place.sibling("common"), foreign?.[0]];
  return (name) => cases.map((candidate) => candidate?.tensors.get(name)).find((tensor) => tensor !== undefined);
}

interface DataWish {
  readonly loss: LossSpec;
  readonly head: "every" | "last";
  readonly steps: number;
}

/**
 * `streams` [B, L]: batch k mod K takes the next T symbols of every stream, and each target is the symbol after. The
 * last rows, too few for a window, are not used.
 */
function readStreams(
  find: Find,
  T: number | undefined,
  { loss, head }: Pick<DataWish, "loss" | "head">,
): TrainingData | null {
  const streams = find("streams");
  const [B, L] = streams?.shape ?? [];
  const V = find("init/dense.W")?.shape[0];
  if (!streams || T === undefined || B === undefined || L === undefined || V === undefined || L <= T) return null;
  if (loss.name !== "ce" || head !== "every" || !streams.data.every((id) => id >= 0 && id < V)) return null;
  const { input, target } = shiftByOne(streams.data, B, L);
  const K = Math.floor((L - 1) / T);
  const starts = Uint32Array.from({ length: K * B }, (_, i) => (i % B) * (L - 1) + Math.floor(i / B) * T);
  return { kind: "tokens", R: B * (L - 1), T, D: V, V, input, target, B, K, starts };
}

/** Rows of S sequences of `length` symbols: each without its last one, and each without its first. */
function shiftByOne(ids: ArrayLike<number>, S: number, length: number) {
  const rows = length - 1;
  const at = (i: number, shift: number) => ids[Math.floor(i / rows) * length + (i % rows) + shift] ?? 0;
  return {
    input: Uint32Array.from({ length: S * rows }, (_, i) => at(i, 0)),
    target: Uint32Array.from({ length: S * rows }, (_, i) => at(i, 1)),
  };
}

/** Windows of token ids, or features with targets; null where shapes do not fit together. */
function readData(find: Find, wish: DataWish): TrainingData | null {
  const windows = find("windows");
  const rows = windows ? readWindows(windows, find("init/dense.W"), wish) : readFeatures(find, wish);
  if (rows === null) return null;
  const { R, T } = rows;
  const S = R / T;
  const order = find("batch_index");
  if (!order) return { ...rows, B: S, K: 1, starts: Uint32Array.from({ length: S }, (_, s) => s * T) };
  const [K, B] = order.shape;
  if (K !== wish.steps || B === undefined || !order.data.every((s) => s >= 0 && s < S)) return null;
  return { ...rows, B, K, starts: Uint32Array.from(order.data, (s) => s * T) };
}

type Rows = Omit<TrainingData, "B" | "K" | "starts">;

/** `windows` [S, T+1]: the input is each window without its last symbol, the target without its first. */
function readWindows(windows: GoldenTensor, dense: GoldenTensor | undefined, { loss, head }: DataWish): Rows | null {
  const [S, length] = windows.shape;
  const V = dense?.shape[0];
  if (S === undefined || length === undefined || V === undefined || length < 2) return null;
  if (loss.name !== "ce" || head !== "every" || !windows.data.every((id) => id >= 0 && id < V)) return null;
  const T = length - 1;
  return { kind: "tokens", R: S * T, T, D: V, V, ...shiftByOne(windows.data, S, length) };
}

/** `x` [S, T, I] with `target` [S, V], or [S, T, V] per step; class ids lack the last axis. */
function readFeatures(find: Find, { loss, head }: DataWish): Rows | null {
  const x = find("x");
  const given = find("target");
  const V = find("init/dense.W")?.shape[0];
  const [S, T, D] = x?.shape ?? [];
  if (!x || !given || V === undefined || S === undefined || T === undefined || D === undefined) return null;
  const width = loss.name === "ce" ? 1 : V;
  const steps = head === "every" ? T : 1;
  if (given.data.length !== S * steps * width || given.data instanceof Int32Array !== (loss.name === "ce")) return null;
  const target = loss.name === "ce" ? new Uint32Array(S * T) : new Float32Array(S * T * width);
  // A head on the last step finds its target in the last row of the sequence.
  for (let s = 0; s < S; s++) {
    const rows = given.data.slice(s * steps * width, (s + 1) * steps * width);
    target.set(rows, (s * T + T - steps) * width);
  }
  return { kind: "features", R: S * T, T, D, V, input: Float32Array.from(x.data), target };
}

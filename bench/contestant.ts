/**
 * Gatescope as a contestant: the engine's own Program on one of its players, every training step exactly what the trainer's
 * queue plays. The batch is resident as in the product, batch-first rows being its windows. Players are the product's
 * backends: `webgpu-tuned` with the measured plan, `webgpu-step` and the like with one implementation wherever there is one.
 */
import { planNamed } from "../src/backends/gpu/named-plan.ts";
import { openBackend } from "../src/backends/open.ts";
import { type Backend, type Player, type StepScalars, TUNING_LIMIT_MS } from "../src/core/backend.ts";
import { elementCount } from "../src/core/dims.ts";
import type { Operation } from "../src/core/operation.ts";
import { USUAL_OPTIMIZERS } from "../src/core/optimizer-choice.ts";
import { createPlanMemory } from "../src/core/plan-memory.ts";
import { type Plan, type Program, WHOLE_STEPS } from "../src/core/program.ts";
import { buildProgram } from "../src/engine/build-program.ts";
import type { LossSpec } from "../src/engine/losses.ts";
import type { Model } from "../src/engine/model.ts";
import { writeOptimizerScalars } from "../src/engine/optimizers.ts";
import type { ProgramSpec } from "../src/engine/program-spec.ts";
import { readFloats, readWord } from "../src/engine/read-tensor.ts";
import { ChunkSizer } from "../src/engine/scheduler.ts";
import { TENSOR } from "../src/engine/tensor-names.ts";
import { METRIC_COLUMNS, TRAINING } from "../src/engine/training-queue.ts";
import { findOperation } from "../src/operations/registry.ts";
import type { BenchData, Contestant, CreateContestant, Weights } from "./contest.ts";
import { drawWeights, layersOf, lossOf } from "./data.ts";
import type { BenchLoss, BenchShape } from "./shape.ts";

/** Ways in which Gatescope computes; the first is what the product does by itself where there is WebGPU. */
const PLAYERS = ["webgpu-tuned", "webgpu-step", "webgpu-persistent", "wasm", "cpu"] as const;
type PlayerName = (typeof PLAYERS)[number];

const OPTIMIZER = { ...USUAL_OPTIMIZERS.adam, epsilon: 1e-7 };
const LEARNING_RATE = 1e-3;
/** Rows of the metrics ring, and most steps of a chunk: those of the trainer's ring of starts. */
const RING = 128;
/** Wished time of a chunk, as in the trainer. */
const CHUNK_MS = 75;

const LOSSES: Readonly<Record<BenchLoss, LossSpec>> = {
  mse: { name: "mse" },
  bce: { name: "bce", positiveWeight: 1 },
  ce: { name: "ce", smoothing: 0 },
};

/** A shape made playable, its data and weights in place. */
export interface PreparedTraining {
  readonly backend: Backend;
  readonly player: Player;
  readonly spec: ProgramSpec;
  readonly plan: Plan;
  readonly variant: string;
  /** From the plan, known by then, to the player with all its kernels compiled. */
  readonly readyMs: number;
}

/** How a shape is prepared otherwise than for a race. */
export interface PrepareOptions {
  /** Steps of a sequence whose gates can be looked at; 0 for none. */
  readonly probeLength?: number;
  /** A plan that was measured before. */
  readonly plan?: Plan;
}

/**
 * Builds the Program of a shape, writes data and weights, and compiles. Rejects with a sentence where there is no such
 * player, no adapter or no implementation, and where the data do not have the shape's extents.
 */
export async function prepare(
  shape: BenchShape,
  data: BenchData,
  player = "webgpu-tuned",
  options: PrepareOptions = {},
): Promise<PreparedTraining> {
  const known = PLAYERS.find((candidate) => candidate === player);
  if (known === undefined) throw new Error(`there is no player "${player}"; there are ${PLAYERS.join(", ")}`);
  requireExtents(shape, data);
  const wish = known === "wasm" || known === "cpu" ? known : "webgpu";
  const { backend, faults } = await openBackend(wish, globalThis.navigator?.gpu);
  if (!backend) throw new Error(`no WebGPU adapter: ${faults.map(({ code }) => code).join(", ")}`);
  const spec = { ...specOf(shape, data), probeLength: options.probeLength ?? 0 };
  const built = buildProgram(spec);
  const program: Program = { ...built.program, models: shape.M ?? 1 };
  const plan = options.plan ?? (await choosePlan(known, backend, program));
  const began = performance.now();
  const started = await backend.create(program, plan);
  const readyMs = performance.now() - began;
  writeData(started, spec, data);
  const start = { model: built.model, weights: data.weights ?? drawWeights(shape) };
  for (let m = 0; m < (shape.M ?? 1); m++) writeStart(started, spec, start, m);
  await started.settle();
  const chosen = wish === "webgpu" ? describePlan(plan, program) : "";
  const variant = `${known}, ${backend.info.adapter}${data.tokens ? ", tokens" : ""}${chosen}`;
  return { backend, player: started, spec, plan, variant, readyMs };
}

/** As `prepare`, ready to train. */
export const create: CreateContestant = async (shape, data, player) => train(await prepare(shape, data, player));

function requireExtents({ B, T, I, out, each }: BenchShape, { x, y, tokens }: BenchData): void {
  const rows = each ? B * T : B;
  const lengths = [
    ["x", x.length, B * T * I],
    ["y", y.length, y instanceof Int32Array ? rows : rows * out],
    ["tokens", tokens?.length ?? B * T, B * T],
  ] as const;
  for (const [name, actual, expected] of lengths) {
    if (actual !== expected) throw new Error(`data.${name} has ${actual} elements; this shape needs ${expected}`);
  }
  refuseOutside("tokens", tokens, I);
  if (y instanceof Int32Array) refuseOutside("y", y, out);
}

function refuseOutside(name: string, ids: Int32Array | undefined, limit: number): void {
  const wrong = ids?.find((id) => id < 0 || id >= limit);
  if (wrong !== undefined) throw new Error(`data.${name} holds ${wrong}; this shape allows 0 to ${limit - 1}`);
}

function specOf(shape: BenchShape, data: BenchData): ProgramSpec {
  const { B, T, I, out, each } = shape;
  return {
    layers: layersOf(shape),
    inputWidth: I,
    outputs: out,
    input: data.tokens ? "tokens" : "features",
    head: each ? "every" : "last",
    loss: LOSSES[lossOf(shape, data.y)],
    optimizer: OPTIMIZER,
    T,
    B,
    R: B * T,
    K: 1,
    M: RING,
    probeLength: 0,
    generate: false,
  };
}

/**
 * The plan of a player: measured before step 0 as in the product, or the backend's own with the implementation that the player
 * names, in the sizes that suit adapter and shape, wherever a contract has it and can play the call. Throws where no call of the
 * shape is played by it: the row would measure the plain plan under another name.
 */
function choosePlan(player: PlayerName, backend: Backend, program: Program): Promise<Plan> | Plan {
  const implementation = player.split("-")[1];
  if (implementation === undefined) return backend.plan(program);
  if (implementation === "tuned") {
    const quiet = { skipped: () => false, progress: () => undefined };
    const clock = { now: () => performance.now(), limitMs: TUNING_LIMIT_MS };
    return backend.tune(program, { ...quiet, ...clock, memory: createPlanMemory() });
  }
  const plan = planNamed(program, backend.info.software, implementation);
  if (Object.values(plan).some((planned) => planned.implementation === implementation)) return plan;
  throw new Error(`this build has no implementation "${implementation}" for any operation of the shape`);
}

function calledOperations({ phases }: Program): readonly Operation[] {
  const names = new Set(Object.values(phases).flatMap((calls) => calls.map(({ operation }) => operation)));
  return [...names].map(findOperation);
}

/** What was chosen where there was a choice: `, gru-forward persistent, project-forward · layer 1 shared, training-steps micro`. */
export function describePlan(plan: Plan, program: Program): string {
  const open = calledOperations(program).filter(({ implementations }) => Object.keys(implementations).length > 1);
  const names = [...open.map(({ name }) => name), WHOLE_STEPS];
  const chosen = Object.entries(plan).filter(([key]) => names.includes(key.split(" · ")[0] ?? ""));
  return chosen.map(([key, { implementation }]) => `, ${key} ${implementation}`).join("");
}

interface Start {
  readonly model: Model;
  readonly weights: Weights;
}

/** Weights and windows of model `m`. */
function writeStart(player: Player, { B, T }: ProgramSpec, { model, weights }: Start, m: number): void {
  for (const { name, offset, shape } of model.segments) {
    const part = weights[name];
    if (part?.length !== elementCount(shape)) {
      throw new Error(`data.weights has ${part?.length ?? 0} elements of ${name}; expected ${elementCount(shape)}`);
    }
    player.write(TENSOR.parameters, part, offset, m);
  }
  const starts = Uint32Array.from({ length: B }, (_, b) => b * T);
  player.write("starts", starts, 0, m);
}

/** The resident rows, which all models share. */
function writeData(player: Player, { B, T, R, outputs, head }: ProgramSpec, data: BenchData): void {
  player.write("data.input", data.tokens ? Uint32Array.from(data.tokens) : data.x);
  const rows = head === "every" ? T : 1;
  const classes = data.y instanceof Int32Array;
  const width = classes ? 1 : outputs;
  const target = classes ? new Uint32Array(R) : new Float32Array(R * width);
  // A head on the last step finds its target in the last row of the window.
  for (let b = 0; b < B; b++) {
    target.set(data.y.subarray(b * rows * width, (b + 1) * rows * width), ((b + 1) * T - rows) * width);
  }
  player.write("data.target", target);
  player.write("data.mask", new Float32Array(R).fill(1));
}

/** Scalars of the steps of a constant schedule without clipping, the first of them being step `first()`. */
export function scalarsFrom({ B }: ProgramSpec, first: () => number): StepScalars {
  const batch = { slot: 0, live: B, resume: 0 };
  const update: Record<string, number> = { clip: 0, clipValue: 0, l1: 0, learningRate: LEARNING_RATE };
  return (phase, i) => {
    if (phase !== "update") return batch;
    update.slot = (first() + i) % RING;
    writeOptimizerScalars(update, OPTIMIZER, first() + i + 1);
    return update;
  };
}

/** Plays what `TrainingQueue` plays for a constant schedule without clipping, in chunks of the size that it would choose. */
function train({ player, spec, backend, variant }: PreparedTraining): Contestant {
  const sizer = new ChunkSizer(CHUNK_MS);
  let begun = 0;
  let played = 0;
  let timed = { steps: 0, sinceMs: 0 };
  let disposed = false;
  const scalarsOf = scalarsFrom(spec, () => played);
  const send = () => {
    player.playSteps(TRAINING, begun - played, scalarsOf);
    player.submit();
    played = begun;
  };
  return {
    variant,
    step() {
      if (timed.steps === begun) timed = { steps: begun, sinceMs: performance.now() };
      begun++;
      if (begun - played >= sizer.size(RING)) send();
    },
    async sync() {
      if (begun > played) send();
      const row = ((begun + RING - 1) % RING) * METRIC_COLUMNS;
      const [metrics, flags] = await Promise.all([
        readFloats(player, "metrics", { offset: row, length: 1 }),
        readWord(player, "flags"),
      ]);
      if (begun > timed.steps) sizer.record(begun - timed.steps, performance.now() - timed.sinceMs);
      timed = { steps: begun, sinceMs: 0 };
      const [loss] = metrics;
      if (flags !== 0 || loss === undefined) throw new Error(`step ${begun} met a number that is not finite`);
      return loss;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      player.dispose();
      backend.dispose();
    },
  };
}

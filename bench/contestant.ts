/**
 * Gatescope as a contestant: the engine's own Program on one of its players, every training step exactly what the trainer's
 * queue plays. The batch is resident as in the product, batch-first rows being its windows. Players are the product's
 * backends; `webgpu-step` and the like take the GPU's plan and replace each operation that has an implementation so named.
 */
import { defaultSizes, isFeasible } from "../src/backends/gpu/plan.ts";
import { openBackend } from "../src/backends/open.ts";
import type { Backend, Player } from "../src/core/backend.ts";
import { elementCount } from "../src/core/dims.ts";
import { USUAL_OPTIMIZERS } from "../src/core/optimizer-choice.ts";
import { type OperationCall, type Plan, type Program, planKey } from "../src/core/program.ts";
import { buildProgram } from "../src/engine/build-program.ts";
import type { LossSpec } from "../src/engine/losses.ts";
import type { Model } from "../src/engine/model.ts";
import { writeOptimizerScalars } from "../src/engine/optimizers.ts";
import type { ProgramSpec } from "../src/engine/program-spec.ts";
import { readFloats, readWord } from "../src/engine/read-tensor.ts";
import { TENSOR } from "../src/engine/tensor-names.ts";
import { findOperation } from "../src/operations/registry.ts";
import type { BenchData, Contestant, Weights } from "./contest.ts";
import { drawWeights, layersOf, lossOf } from "./data.ts";
import type { BenchLoss, BenchShape } from "./shape.ts";

/** Ways in which Gatescope computes; the first is what the product does by itself where there is WebGPU. */
const PLAYERS = ["webgpu", "webgpu-step", "webgpu-persistent", "cpu"] as const;

const OPTIMIZER = { ...USUAL_OPTIMIZERS.adam, epsilon: 1e-7 };
const LEARNING_RATE = 1e-3;
/** Rows of the metrics ring: the loss of a step stays readable for so many steps. */
const RING = 64;
/** Steps between submits: the queue sends chunks of some 75 ms, but never waits for a full one here. */
const SUBMIT_EVERY = 8;

const LOSSES: Readonly<Record<BenchLoss, LossSpec>> = {
  mse: { name: "mse" },
  bce: { name: "bce", positiveWeight: 1 },
  ce: { name: "ce", smoothing: 0 },
};

/**
 * Builds the Program of a shape, writes data and weights, and compiles. Rejects with a sentence where there is no such
 * player, no adapter or no implementation, and where the data do not have the shape's extents.
 */
export async function create(shape: BenchShape, data: BenchData, player = "webgpu"): Promise<Contestant> {
  const known = PLAYERS.find((candidate) => candidate === player);
  if (known === undefined) throw new Error(`there is no player "${player}"; there are ${PLAYERS.join(", ")}`);
  requireExtents(shape, data);
  const [kind, implementation] = known.split("-");
  const { backend, faults } = await openBackend(kind === "cpu" ? "cpu" : "webgpu", globalThis.navigator?.gpu);
  if (!backend) throw new Error(`no WebGPU adapter: ${faults.map(({ code }) => code).join(", ")}`);
  const spec = specOf(shape, data);
  const { program, model } = buildProgram(spec);
  const plan = implementation ? replacePlan(backend.plan(program), program, implementation) : backend.plan(program);
  const started = await backend.create(program, plan);
  writeAll(started, { spec, data, model, weights: data.weights ?? drawWeights(shape) });
  await started.settle();
  return train(started, spec, {
    backend,
    variant: `${known}, ${backend.info.adapter}${data.tokens ? ", tokens" : ""}`,
  });
}

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
 * The backend's plan with `implementation`, at its own sizes, for the calls of every place whose contract has one of that name
 * that can play them. Throws where there is none: the row would measure the plain plan under another name.
 */
function replacePlan(plan: Plan, program: Program, implementation: string): Plan {
  const replaced: Record<string, Plan[string]> = {};
  for (const [key, calls] of groupByPlace(program)) {
    const found = findOperation(calls[0]!.operation).implementations[implementation];
    if (!found) continue;
    const sizes = defaultSizes(found);
    if (calls.every(({ numbers }) => isFeasible(found, numbers, sizes))) replaced[key] = { implementation, sizes };
  }
  if (Object.keys(replaced).length > 0) return { ...plan, ...replaced };
  throw new Error(`this build has no implementation "${implementation}" for any operation of the shape`);
}

function groupByPlace({ phases }: Program): ReadonlyMap<string, readonly OperationCall[]> {
  const places = new Map<string, OperationCall[]>();
  for (const call of Object.values(phases).flat()) {
    places.set(planKey(call), [...(places.get(planKey(call)) ?? []), call]);
  }
  return places;
}

interface Writes {
  readonly spec: ProgramSpec;
  readonly data: BenchData;
  readonly model: Model;
  readonly weights: Weights;
}

function writeAll(player: Player, { spec, data, model, weights }: Writes): void {
  const { B, T, R, outputs, head } = spec;
  for (const { name, offset, shape } of model.segments) {
    const part = weights[name];
    if (part?.length !== elementCount(shape)) {
      throw new Error(`data.weights has ${part?.length ?? 0} elements of ${name}; expected ${elementCount(shape)}`);
    }
    player.write(TENSOR.parameters, part, offset);
  }
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
  player.write(
    "starts",
    Uint32Array.from({ length: B }, (_, b) => b * T),
  );
}

/** Plays what `TrainingQueue` plays for a step with a constant schedule and no clipping. */
function train(
  player: Player,
  spec: ProgramSpec,
  { backend, variant }: { readonly backend: Backend; readonly variant: string },
): Contestant {
  const batch = { slot: 0, live: spec.B, resume: 0 };
  const update: Record<string, number> = { clip: 0, clipValue: 0, l1: 0, learningRate: LEARNING_RATE };
  let steps = 0;
  let disposed = false;
  return {
    variant,
    step() {
      update.slot = steps % RING;
      steps++;
      writeOptimizerScalars(update, OPTIMIZER, steps);
      player.play("forward", batch);
      player.play("backward", batch);
      player.play("update", update);
      if (steps % SUBMIT_EVERY === 0) player.submit();
    },
    async sync() {
      const row = ((steps + RING - 1) % RING) * 4;
      const [metrics, flags] = await Promise.all([
        readFloats(player, "metrics", { offset: row, length: 1 }),
        readWord(player, "flags"),
      ]);
      const [loss] = metrics;
      if (flags !== 0 || loss === undefined) throw new Error(`step ${steps} met a number that is not finite`);
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

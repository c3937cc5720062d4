/**
 * Plays the golden optimizers over given gradients, and clipping by norm and by value. Clipped gradients are read off an SGD
 * step of rate 1 from parameters 0, so that what is compared is what the optimizer kernel itself applied.
 */
import * as v from "valibot";
import type { Player } from "../core/backend.ts";
import { alignSegment, elementCount } from "../core/dims.ts";
import { type OptimizerChoice, USUAL_OPTIMIZERS } from "../core/optimizer-choice.ts";
import { buildOptimizerProgram } from "../engine/build-optimizer-program.ts";
import { momentsOf, writeOptimizerScalars } from "../engine/optimizers.ts";
import { TENSOR } from "../engine/tensor-names.ts";
import { GOLDEN_MOMENTS, readGoldenOptimizer } from "../interop/golden-optimizer.ts";
import { type GoldenRunner, inputOf, readFloats, unsupported, withPlayer } from "./golden-run.ts";

/** Plays a case of `optim/fixed_grad`: parameters and state after every step. */
export const runGoldenOptimizer: GoldenRunner = async (golden, { backend, sibling }) => {
  const optimizer = readGoldenOptimizer(golden.info.opt, golden.info.hyper);
  if (optimizer === null) return unsupported("an optimizer or a setting of one that is not there yet");
  const common = sibling("common");
  const p0 = common && inputOf(common, "p0");
  const grads = common && inputOf(common, "grads");
  if (!p0 || !grads || p0.length === 0 || grads.length % p0.length !== 0) return unsupported("p0 or grads is missing");
  const { choice, learningRate } = optimizer;
  const n = p0.length;
  const P = alignSegment(n);
  return withPlayer(backend, buildOptimizerProgram(choice, P, 1), async (player) => {
    player.write(TENSOR.parameters, p0);
    const scalars: Record<string, number> = { learningRate, clip: 0, clipValue: 0, l1: 0, slot: 0 };
    const snapshots: Promise<readonly Float32Array[]>[] = [];
    for (let step = 0; step * n < grads.length; step++) {
      player.write(TENSOR.gradients, grads.subarray(step * n, (step + 1) * n));
      writeOptimizerScalars(scalars, choice, step + 1);
      player.play("update", scalars);
      snapshots.push(readState(player, choice, n, P));
    }
    const states = await Promise.all(snapshots);
    const names = ["p", ...momentsOf(choice).map((moment) => GOLDEN_MOMENTS[moment])];
    const tensors = new Map(names.map((name, row) => [name, states.flatMap((state) => [...(state[row] ?? [])])]));
    return { supported: true, tensors };
  });
};

/** Parameters, then each row of the optimizer state; n numbers each. */
async function readState(
  player: Player,
  optimizer: OptimizerChoice,
  n: number,
  P: number,
): Promise<readonly Float32Array[]> {
  const rows = momentsOf(optimizer).map((_, row) => readFloats(player, TENSOR.moments, row * P, n));
  return Promise.all([readFloats(player, TENSOR.parameters, 0, n), ...rows]);
}

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Limit = v.pipe(v.number(), v.gtValue(0));
const shapes = v.pipe(v.array(v.array(Extent)), v.minLength(1));
const ClipInfo = v.variant("how", [
  v.looseObject({ how: v.literal("global_norm"), max_norm: Limit, shapes }),
  v.looseObject({ how: v.literal("value"), clip_value: Limit, shapes }),
]);

/** A step that subtracts the clipped gradient. */
const DESCENT = USUAL_OPTIMIZERS.sgd;

/** Plays a case of `optim/clip`. */
export const runGoldenClip: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(ClipInfo, golden.info);
  if (!info.success) return unsupported("another way of clipping");
  const clip = info.output.how === "global_norm" ? info.output.max_norm : 0;
  const clipValue = info.output.how === "value" ? info.output.clip_value : 0;
  const { shapes } = info.output;
  const lengths = shapes.map(elementCount);
  const offsets: number[] = [];
  let P = 0;
  for (const length of lengths) {
    offsets.push(P);
    P += alignSegment(length);
  }
  return withPlayer(backend, buildOptimizerProgram(DESCENT, P, 1), async (player) => {
    for (const [index, offset] of offsets.entries()) {
      const gradient = inputOf(golden, `g${index}`);
      if (!gradient || gradient.length !== lengths[index]) {
        return unsupported(`g${index} is missing or has another shape`);
      }
      player.write(TENSOR.gradients, gradient, offset);
    }
    const scalars: Record<string, number> = { learningRate: 1, clip, clipValue, l1: 0, slot: 0 };
    writeOptimizerScalars(scalars, DESCENT, 1);
    player.play("update", scalars);
    const tensors = new Map<string, ArrayLike<number>>([["total_norm", await readFloats(player, "norm")]]);
    for (const [index, offset] of offsets.entries()) {
      const params = await readFloats(player, TENSOR.parameters, offset, lengths[index]);
      tensors.set(
        `clipped${index}`,
        params.map((value) => -value),
      );
    }
    return { supported: true, tensors };
  });
};

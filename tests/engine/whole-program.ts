/** Whole training Programs of a few rows in f64, filled with seeded numbers, and their gradients against central differences. */
import { expect } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { countOfSum } from "../../src/engine/head-loss.ts";
import { hasClassTargets } from "../../src/engine/losses.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";

export const T = 4;
export const B = 3;
const R = 9;
export const D = 5;

/** A small whole training Program: two GRU layers unless changed. */
export function spec(changes: Partial<ProgramSpec>): ProgramSpec {
  return {
    layers: [
      { cell: "gru", units: 3, reset: "before", activation: "tanh" },
      { cell: "gru", units: 4, reset: "after", activation: "tanh" },
    ],
    inputWidth: D,
    outputs: 2,
    input: "features",
    head: "every",
    loss: { name: "mse" },
    optimizer: USUAL_OPTIMIZERS.sgd,
    T,
    B,
    R,
    K: 2,
    M: 4,
    probeLength: 0,
    generate: false,
    ...changes,
  };
}

type Arrays = ReturnType<typeof bindProgram>["tensors"];

/** An f64 tensor of a bound Program. */
export function floats(tensors: Arrays, name: string): Float64Array {
  const array = tensors.get(name);
  if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
  return array;
}

/** A u32 tensor of a bound Program. */
export function words(tensors: Arrays, name: string): Uint32Array {
  const array = tensors.get(name);
  if (!(array instanceof Uint32Array)) throw new Error(`${name} is no u32 tensor`);
  return array;
}

/** R rows of `width` shares that sum to 1. */
function shares(width: number): Float64Array {
  const drawn = seededArray("shares", R * width).map((value) => value + 1.1);
  const sumOf = (row: number) => drawn.slice(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0);
  return drawn.map((value, i) => value / sumOf(Math.floor(i / width)));
}

/** Parameters, resident rows, a mask with holes, and starts whose windows overlap, in ring slot 1. */
export function fill(tensors: Arrays, chosen: ProgramSpec): void {
  const { loss, input, outputs } = chosen;
  floats(tensors, "params").set(seededArray("params", floats(tensors, "params").length, 0.8));
  if (input === "features") floats(tensors, "data.input").set(seededArray("input", R * D));
  else words(tensors, "data.input").set(seededArray("ids", R, 0.5).map((value) => Math.floor((value + 0.5) * D)));
  if (loss.name === "ce-weighted") floats(tensors, TENSOR.classWeights).set(loss.weights);
  if (chosen.reduction === "sum") floats(tensors, "count")[0] = countOfSum(chosen);
  if (hasClassTargets(loss)) words(tensors, "data.target").set([1, 0, 1, 1, 0, 0, 1, 0, 1]);
  else if (loss.name === "bce" || loss.name === "bce-prob")
    floats(tensors, "data.target").set([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]);
  else if (loss.name === "ce-soft") floats(tensors, "data.target").set(shares(outputs));
  else floats(tensors, "data.target").set(seededArray("target", R * outputs));
  floats(tensors, "data.mask").set([1, 1, 0, 1, 1, 1, 0, 1, 1]);
  words(tensors, "starts").set([5, 4, 2], B);
}

/** The second batch of the ring with its last row dead, as at the end of an evaluation. */
export const SCALARS = { slot: 1, live: 2 };

/** The loss of the batch in the bound arrays. */
export function playLoss({ tensors, play }: ReturnType<typeof bindProgram>): number {
  play("forward", SCALARS);
  return floats(tensors, "loss")[0] ?? Number.NaN;
}

/** Every parameter's gradient against central differences; each parameter must matter. `prepare` writes what else there is. */
export function compareGradients(chosen: ProgramSpec, prepare: (tensors: Arrays) => void = () => {}): void {
  const { program, model } = buildProgram(chosen);
  const bound = bindProgram(program, 64);
  const { tensors, play } = bound;
  fill(tensors, chosen);
  prepare(tensors);
  playLoss(bound);
  play("backward", {});
  const got = floats(tensors, "grads").slice();
  const reference = differentiate(() => playLoss(bound), floats(tensors, "params"));
  for (const { name, offset, shape } of model.segments) {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const segment = [offset, offset + length] as const;
    expect(reference.subarray(...segment).some((value) => value !== 0)).toBe(true);
    assertClose(name, got.subarray(...segment), reference.subarray(...segment));
  }
  expect(words(tensors, "flags")[0]).toBe(0);
}

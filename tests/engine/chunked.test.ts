/**
 * Windows that are not kept whole, in Float64: checkpoints give the gradients of the whole window up to the rounding of
 * sums, truncation those of its pieces, and what is predicted and carried on is the same in every cut.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { LayerChoice } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { CARRIED } from "../../src/engine/carried-state.ts";
import { predictedParts } from "../../src/engine/chunks.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";

const T = 7;
const B = 3;
const D = 4;
const R = 31;
/** Relative difference of sums in another order, in Float64. */
const ROUNDING = 1e-12;
/** Nothing moves: gradients and states can be compared step after step. */
const STILL = {
  ...{ learningRate: 0, clip: 0, clipValue: 0, l1: 0, slot: 0, momentum: 0, nesterov: 0, first: 1, weightDecay: 0 },
};

const gru = (units: number, reset: "before" | "after"): LayerChoice => ({
  cell: "gru",
  reset,
  activation: "tanh",
  units,
});
const lstm = (units: number): LayerChoice => ({ cell: "lstm", units });

function specOf(changes: Partial<ProgramSpec>): ProgramSpec {
  return {
    ...{ layers: [gru(3, "before"), gru(4, "after")], inputWidth: D, outputs: 2, input: "features", head: "every" },
    ...{ loss: { name: "mse" }, optimizer: USUAL_OPTIMIZERS.sgd, T, B, R, K: 2, M: 1 },
    ...{ probeLength: 0, generate: false, ...changes },
  };
}

/** A Program with seeded parameters and rows, a mask with holes, and its latest numbers. */
function open(spec: ProgramSpec) {
  const { program } = buildProgram(spec);
  const { tensors, play } = bindProgram(program, 64);
  const floats = (name: string) => {
    const array = tensors.get(name);
    if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
    return array;
  };
  floats("params").set(seededArray("params", floats("params").length, 0.8));
  const ids = (name: string, count: number) =>
    seededArray(name, R, 0.5).map((value) => Math.floor((value + 0.5) * count));
  if (spec.input === "tokens") tensors.get("data.input")?.set(ids("input", D));
  else floats("data.input").set(seededArray("input", R * D));
  if (spec.loss.name === "ce" || spec.loss.name === "ce-weighted") {
    tensors.get("data.target")?.set(ids("target", spec.outputs));
  } else if (spec.loss.name === "bce-prob") floats("data.target").fill(1);
  else floats("data.target").set(seededArray("target", R * spec.outputs));
  // The last rows of the third window are no steps.
  if (spec.masked)
    floats("data.present").set(Float64Array.from({ length: R }, (_, row) => (row > 12 && row < 16 ? 0 : 1)));
  floats("data.mask").set(Float64Array.from({ length: R }, (_, row) => (row % 5 === 3 ? 0 : 1)));
  tensors.get(TENSOR.key())?.set([5, 17]);
  if (spec.loss.name === "ce-weighted") floats(TENSOR.classWeights).set(spec.loss.weights);
  if (spec.reduction === "sum") floats("count").fill(0.5);
  const batch = { slot: 1, live: B, resume: 0 };
  const place = (starts: readonly number[]) => tensors.get("starts")?.set(starts, B);
  place([2, 16, 9]);
  const train = (scalars = batch) => {
    play("forward", scalars);
    play("backward", scalars);
    return { loss: floats("loss")[0] ?? Number.NaN, grads: floats("grads").slice() };
  };
  return { floats, play, place, train, batch };
}

const ce = { name: "ce", smoothing: 0.1 } as const;
const MODELS: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  ["two GRUs, every step", {}],
  ["two GRUs, last step", { head: "last" }],
  ["two LSTMs, every step", { layers: [lstm(3), lstm(4)] }],
  ["two LSTMs, last step", { layers: [lstm(3), lstm(4)], head: "last" }],
  ["two layers, masked steps", { layers: [lstm(3), gru(4, "before")], masked: true }],
  ["tokens, every step", { input: "tokens", loss: ce, outputs: 3, layers: [lstm(3), gru(2, "after")] }],
  ["tokens, last step", { input: "tokens", loss: ce, outputs: 3, layers: [gru(2, "before")], head: "last" }],
  [
    "plain and update gate only",
    {
      layers: [
        { cell: "rnn", activation: "tanh", units: 3 },
        { cell: "ugrnn", units: 4 },
      ],
    },
  ],
];
const dropped = { dropout: 0.4, recurrentDropout: 0.3 } as const;
/** Stages between and above the recurrent layers; what is dropped is drawn by the step's number in the window. */
const STAGES: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  [
    "dropout",
    {
      layers: [
        { ...lstm(3), ...dropped },
        { ...gru(4, "before"), ...dropped },
      ],
    },
  ],
  [
    "layer norm",
    {
      layers: [
        { ...gru(3, "after"), norm: "layer" },
        { ...lstm(4), norm: "layer" },
      ],
    },
  ],
  ["a dense layer between", { layers: [gru(3, "before"), { cell: "dense", activation: "tanh", units: 4 }, lstm(3)] }],
  ["a dense layer above", { layers: [lstm(3), { cell: "dense", activation: "relu", units: 4, norm: "layer" }] }],
  [
    "an embedding",
    {
      embedding: { width: 3, padding: 1 },
      input: "tokens",
      loss: ce,
      outputs: 3,
      layers: [{ ...lstm(3), ...dropped }],
    },
  ],
];
/** Losses that need to know all of a window before its first chunk, or σ on the way. */
const LOSSES: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  ["a sum", { reduction: "sum" }],
  ["means by sequence", { reduction: "sequences" }],
  ["probabilities", { loss: { name: "bce-prob" } }],
  ["weights of classes", { loss: { name: "ce-weighted", smoothing: 0.1, weights: [0.5, 2, 3] }, outputs: 3 }],
];
const STEPS = [1, 2, 3, 4, 6] as const;
const CASES = MODELS.flatMap(([name, model]) => STEPS.map((checkpoint) => [name, checkpoint, model] as const));

describe("checkpoints", () => {
  test.each(CASES)("%s, every %i steps: loss and gradients of the whole window", (_name, checkpoint, model) => {
    const whole = open(specOf(model)).train();
    const cut = open(specOf({ ...model, checkpoint }));
    const scalars = { ...cut.batch, live: 2 };
    const cutFull = cut.train();
    assertClose("grads", cutFull.grads, whole.grads, ROUNDING);
    expect(cutFull.loss).toBe(whole.loss);
    // Gradients are overwritten from step to step, also where they are summed, and a dead row counts nowhere.
    const alive = open(specOf(model)).train(scalars);
    assertClose("grads of a dead row", cut.train(scalars).grads, alive.grads, ROUNDING);
  });

  test.each(STAGES)("have the loss and gradients of the whole window with %s", (_name, model) => {
    for (const head of ["every", "last"] as const) {
      const whole = open(specOf({ ...model, head })).train();
      for (const checkpoint of [1, 3, 5]) {
        const cut = open(specOf({ ...model, head, checkpoint }));
        cut.train();
        const got = cut.train();
        assertClose("grads", got.grads, whole.grads, ROUNDING);
        expect(got.loss).toBe(whole.loss);
      }
    }
  });

  test.each(LOSSES)("have the loss and gradients of the whole window on %s", (_name, model) => {
    for (const head of ["every", "last"] as const) {
      const whole = open(specOf({ ...model, head })).train();
      for (const cut of [{ checkpoint: 3 }, { truncate: 7, checkpoint: 1 }]) {
        const got = open(specOf({ ...model, head, ...cut })).train();
        assertClose("grads", got.grads, whole.grads, ROUNDING);
        expect(got.loss).toBe(whole.loss);
      }
      expect(open(specOf({ ...model, head, truncate: 2 })).train().loss).toBe(whole.loss);
    }
  });

  test("are exact by central differences", () => {
    const cut = open(specOf({ layers: [lstm(3), gru(2, "before")], checkpoint: 3 }));
    const { grads } = cut.train();
    const reference = differentiate(() => cut.train().loss, cut.floats("params"));
    assertClose("grads", grads, reference);
  });

  test("keep tensors of a chunk's length", () => {
    const shapes = (spec: ProgramSpec) =>
      new Map(buildProgram(spec).program.tensors.map(({ name, shape }) => [name, shape]));
    const cut = shapes(specOf({ checkpoint: 3 }));
    for (const name of [TENSOR.h(0), TENSOR.dh(1), TENSOR.record(0)]) {
      expect(shapes(specOf({})).get(name)?.[0]).toBeGreaterThanOrEqual(T);
      expect(cut.get(name)?.[0]).toBeLessThanOrEqual(4);
    }
  });
});

describe("truncation", () => {
  /** Sum over the pieces of their own gradients, each with its share of the mean: whole windows of carried state. */
  function piecewise(model: Partial<ProgramSpec>, truncate: number): Float64Array {
    let sum: Float64Array | null = null;
    let counted = 0;
    let state: Float64Array | null = null;
    for (let first = 0; first < T; first += truncate) {
      const piece = open(specOf({ ...model, T: Math.min(truncate, T - first), carried: true }));
      if (state) piece.floats(CARRIED).set(state);
      piece.place([2 + first, 16 + first, 9 + first]);
      const { grads } = piece.train({ ...piece.batch, resume: first > 0 ? 1 : 0 });
      piece.play("update", STILL);
      state = piece.floats(CARRIED).slice();
      const count = piece.floats("count")[0] ?? 0;
      counted += count;
      const total: Float64Array = sum ?? new Float64Array(grads.length);
      sum = total.map((value, i) => value + count * (grads[i] ?? 0));
    }
    return (sum ?? new Float64Array()).map((value) => value / counted);
  }

  const everyStep = MODELS.filter(([, { head }]) => head !== "last");
  const cases = everyStep.flatMap(([name, model]) => STEPS.map((truncate) => [name, truncate, model] as const));

  test.each(cases)("%s, every %i steps: the gradients of the pieces", (_name, truncate, model) => {
    const cut = open(specOf({ ...model, truncate }));
    const { grads, loss } = cut.train();
    assertClose("grads", grads, piecewise(model, truncate), ROUNDING);
    const whole = open(specOf(model)).train();
    expect(loss).toBe(whole.loss);
    expect(grads).not.toEqual(whole.grads);
  });

  test("with a head on the last step: the gradients of the last piece, from the state before it", () => {
    const model = { head: "last", layers: [lstm(3), gru(4, "before")] } as const;
    const before = open(specOf({ ...model, T: 6, carried: true }));
    before.train();
    before.play("update", STILL);
    const last = open(specOf({ ...model, T: 1, carried: true }));
    last.floats(CARRIED).set(before.floats(CARRIED));
    last.place([8, 22, 15]);
    const expected = last.train({ ...last.batch, resume: 1 });
    const cut = open(specOf({ ...model, truncate: 3 })).train();
    expect(cut.loss).toBe(expected.loss);
    assertClose("grads", cut.grads, expected.grads, ROUNDING);
  });

  test("with checkpoints inside the pieces changes nothing", () => {
    const model = { layers: [lstm(3), gru(4, "after")] };
    const alone = open(specOf({ ...model, truncate: 4 })).train();
    for (const checkpoint of [1, 2, 3]) {
      const both = open(specOf({ ...model, truncate: 4, checkpoint })).train();
      expect(both.loss).toBe(alone.loss);
      assertClose("grads", both.grads, alone.grads, ROUNDING);
    }
  });
});

describe("every cut", () => {
  const cuts: readonly Partial<ProgramSpec>[] = [{ checkpoint: 3 }, { truncate: 2 }, { truncate: 5, checkpoint: 2 }];

  test.each(cuts)("%j predicts and evaluates as the whole window does", (cut) => {
    for (const head of ["every", "last"] as const) {
      const model = { head, layers: [lstm(3), gru(4, "before")] };
      const whole = open(specOf(model));
      whole.play("evaluate", whole.batch);
      const spec = specOf({ ...model, ...cut });
      const parts = open(spec);
      parts.train();
      parts.play("evaluate", parts.batch);
      expect(parts.floats("loss")).toEqual(whole.floats("loss"));
      const logits: number[] = [];
      for (const { phase, first, count } of predictedParts(spec)) {
        parts.place([2 + first, 16 + first, 9 + first]);
        parts.play(phase, { ...parts.batch, resume: first > 0 ? 1 : 0 });
        const rows = head === "every" ? count : 1;
        if (head === "last") logits.length = 0;
        logits.push(...parts.floats("logits").subarray(0, rows * B * spec.outputs));
      }
      expect(logits).toEqual([...whole.floats("logits")]);
    }
  });

  test.each(cuts)("%j carries the same states on", (cut) => {
    const play = (changes: Partial<ProgramSpec>) => {
      const opened = open(specOf({ layers: [lstm(3), gru(4, "before")], carried: true, ...changes }));
      opened.train();
      opened.play("update", STILL);
      opened.play("evaluate", opened.batch);
      const { loss } = opened.train({ ...opened.batch, resume: 1 });
      opened.play("update", STILL);
      return { loss, carried: opened.floats(CARRIED) };
    };
    const whole = play({});
    expect(whole.carried.some((value) => value !== 0)).toBe(true);
    expect(play(cut)).toEqual(whole);
  });
});

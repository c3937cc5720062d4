/** Properties that define the initial distribution: bounds, orthogonality, keys. No number here is from our own run. */
import { describe, expect, test } from "vitest";
import { elementCount } from "../core/dims.ts";
import { type InitialisationChoice, USUAL_INITIALISATION } from "../core/initialisation-choice.ts";
import type { LayerChoice, LayerOf } from "../core/layer-choice.ts";
import { initialiseParameters } from "./initialise.ts";
import { appendParameters, createModel, type Model } from "./model.ts";

const layer = (units: number, reset: LayerOf<"gru">["reset"]): LayerChoice => ({
  cell: "gru",
  reset,
  activation: "tanh",
  units,
});

const model = createModel({ layers: [layer(17, "before"), layer(33, "after")], inputWidth: 5, outputs: 3 });
const params = initialiseParameters(model, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 });

function segment(name: string, of: Model = model, from: Float32Array = params): Float32Array {
  const found = of.segments.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no segment ${name}`);
  return from.subarray(found.offset, found.offset + elementCount(found.shape));
}

/** The same model and seed under another choice. */
const draw = (choice: Partial<InitialisationChoice>) =>
  initialiseParameters(model, { ...USUAL_INITIALISATION, ...choice, seed: 1, initialMemory: 1.5 });

const momentsOf = (values: Float32Array) => ({
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  square: values.reduce((sum, value) => sum + value * value, 0) / values.length,
});

describe("initial parameters", () => {
  test.each([
    ["layers.0.U", 17],
    ["layers.1.U", 33],
  ])("%s holds three orthogonal matrices", (name, H) => {
    const U = segment(name);
    for (let gate = 0; gate < 3; gate++) {
      for (let a = 0; a < H; a++) {
        for (let b = 0; b < H; b++) {
          let dot = 0;
          for (let k = 0; k < H; k++) dot += U[a * 3 * H + gate * H + k]! * U[b * 3 * H + gate * H + k]!;
          // Entries are rounded to f32 (6e-8), so a sum of H products is off by less than H · 1.2e-7.
          expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(H * 1.2e-7);
        }
      }
    }
  });

  test.each([
    ["layers.0.W", 5, 17],
    ["layers.1.W", 17, 33],
    ["head.W", 33, 3],
  ])("%s is Glorot uniform for fans %i and %i", (name, fanIn, fanOut) => {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    const W = segment(name);
    const { mean, square } = momentsOf(W);
    expect(Math.max(...W.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
    // Five standard errors of the mean and of the second moment (4/45 limit⁴) of W.length uniforms.
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * W.length));
    expect(Math.abs(square - limit ** 2 / 3)).toBeLessThan(5 * limit ** 2 * Math.sqrt(4 / 45 / W.length));
  });

  test.each(["layers.0.U", "layers.1.U"])("%s is one identity per gate where that is chosen", (name) => {
    const U = segment(name, model, draw({ recurrent: "identity" }));
    const H = Math.sqrt(U.length / 3);
    for (const [i, value] of U.entries()) expect(value).toBe(i % H === Math.floor(i / (3 * H)) ? 1 : 0);
  });

  test("zeros are zeros in the layers, and the head is drawn all the same", () => {
    const drawn = draw({ input: "zeros", recurrent: "zeros" });
    for (const name of ["layers.0.W", "layers.0.U", "layers.1.W", "layers.1.U"]) {
      expect(segment(name, model, drawn).every((value) => Object.is(value, 0))).toBe(true);
    }
    expect(segment("head.W", model, drawn)).toEqual(segment("head.W"));
    expect(segment("layers.0.b", model, drawn)).toEqual(segment("layers.0.b"));
  });

  // Limits of a gate's own block: 17 and 33 units, 5 and 17 inputs.
  test.each([
    ["layers.0.U", { recurrent: "glorot-uniform" }, Math.sqrt(6 / (17 + 17))],
    ["layers.1.U", { recurrent: "uniform" }, 1 / Math.sqrt(33)],
    ["layers.0.W", { input: "uniform" }, 1 / Math.sqrt(17)],
  ] as const)("%s under %o is uniform within its limit", (name, choice, limit) => {
    const values = segment(name, model, draw(choice));
    const { mean, square } = momentsOf(values);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
    // Five standard errors, as above.
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * values.length));
    expect(Math.abs(square - limit ** 2 / 3)).toBeLessThan(5 * limit ** 2 * Math.sqrt(4 / 45 / values.length));
  });

  test.each([
    ["layers.0.W", { input: "glorot-normal" }, 2 / (5 + 17)],
    ["layers.1.W", { input: "glorot-normal" }, 2 / (17 + 33)],
    ["layers.1.W", { input: "he-normal" }, 2 / 17],
  ] as const)("%s under %o has its variance", (name, choice, variance) => {
    const values = segment(name, model, draw(choice));
    const { mean, square } = momentsOf(values);
    // Five standard errors of the mean and, with the fourth moment 2.9 σ⁴ of twelve uniforms, of the second moment.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / values.length));
    expect(Math.abs(square - variance)).toBeLessThan(5 * variance * Math.sqrt(1.9 / values.length));
  });

  test("biases are zero but b_z, which is −initialMemory", () => {
    for (const [index, H] of [17, 33].entries()) {
      const b = segment(`layers.${index}.b`);
      expect([...b.subarray(0, H)]).toEqual(Array.from({ length: H }, () => -1.5));
      expect(b.subarray(H).every((value) => Object.is(value, 0))).toBe(true);
    }
    expect(segment("layers.1.bu").every((value) => Object.is(value, 0))).toBe(true);
    expect(segment("head.b").every((value) => Object.is(value, 0))).toBe(true);
    const without = initialiseParameters(model, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 0 });
    expect(without.some((value) => Object.is(value, -0))).toBe(false);
  });

  test("initial memory is a shut z, an open f, and nothing without a gate", () => {
    const layers: readonly LayerChoice[] = [
      { cell: "lstm", units: 3 },
      { cell: "ugrnn", units: 2 },
      { cell: "rnn", activation: "tanh", units: 2 },
    ];
    const mixed = createModel({ layers, inputWidth: 2, outputs: 0 });
    const drawn = initialiseParameters(mixed, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 });
    const biases = (name: string) => [...segment(name, mixed, drawn)];
    expect(biases("layers.0.b")).toEqual([0, 0, 0, 1.5, 1.5, 1.5, 0, 0, 0, 0, 0, 0]);
    expect(biases("layers.0.bu")).toEqual(Array.from({ length: 12 }, () => 0));
    expect(biases("layers.1.b")).toEqual([-1.5, -1.5, 0, 0]);
    expect(biases("layers.2.b")).toEqual([0, 0]);
  });

  test("a layer's own initial memory stands in the place of the model's, in both of its directions", () => {
    const layers: readonly LayerChoice[] = [
      { cell: "ugrnn", units: 2, initialMemory: 3, direction: "both" },
      { cell: "ugrnn", units: 2 },
    ];
    const mixed = createModel({ layers, inputWidth: 2, outputs: 0 });
    const drawn = initialiseParameters(mixed, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 });
    const biases = mixed.segments.filter(({ parameter }) => parameter === "b").map(({ name }) => name);
    expect(biases.map((name) => [...segment(name, mixed, drawn)])).toEqual([
      [-3, -3, 0, 0],
      [-3, -3, 0, 0],
      [-1.5, -1.5, 0, 0],
    ]);
  });

  test("what is appended to a model is drawn by its own blocks", () => {
    const whole = appendParameters(model, "decoder", [
      { name: "W", shape: [40, 60], role: "input-weights", block: 20 },
      { name: "Wq", shape: [40, 60], role: "input-weights" },
    ]);
    const drawn = initialiseParameters(whole, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 });
    for (const [name, fanOut] of [
      ["decoder.W", 20],
      ["decoder.Wq", 60],
    ] as const) {
      const limit = Math.sqrt(6 / (40 + fanOut));
      const largest = Math.max(...segment(name, whole, drawn).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(Math.fround(limit));
      // 2,400 uniforms all stay below 99 % of their limit once in 3 · 10¹⁰ draws.
      expect(largest).toBeGreaterThan(0.99 * limit);
    }
    expect(drawn.subarray(0, model.P)).toEqual(params);
  });

  test("the seed decides everything, and another seed shares no weight matrix", () => {
    expect(initialiseParameters(model, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 })).toEqual(params);
    const other = initialiseParameters(model, { ...USUAL_INITIALISATION, seed: 2, initialMemory: 1.5 });
    for (const name of ["layers.0.W", "layers.0.U", "layers.1.W", "layers.1.U", "head.W"]) {
      const mine = segment(name);
      expect(segment(name, model, other).filter((value, i) => value === mine[i]).length).toBeLessThan(mine.length / 10);
    }
  });

  test("a segment's draw does not depend on what stands below it", () => {
    const wider = createModel({ layers: [layer(18, "before"), layer(33, "after")], inputWidth: 5, outputs: 3 });
    const widerParams = initialiseParameters(wider, { ...USUAL_INITIALISATION, seed: 1, initialMemory: 1.5 });
    expect(segment("layers.1.U", wider, widerParams)).toEqual(segment("layers.1.U"));
  });

  test("segments are aligned, in order and counted without their padding", () => {
    const expected = 5 * 51 + 17 * 51 + 51 + (17 * 99 + 33 * 99 + 99 + 99) + (33 * 3 + 3); // W, U, b; W, U, b, bu; head
    expect(model.parameters).toBe(expected);
    expect(model.layerParameters).toEqual([5 * 51 + 17 * 51 + 51, 17 * 99 + 33 * 99 + 99 + 99]);
    expect(model.segments.every(({ offset }) => offset % 64 === 0)).toBe(true);
    const used = model.segments.map(({ offset, shape }) => [offset, offset + elementCount(shape)] as const);
    used.reduce((end, [begin, next]) => {
      expect(begin).toBeGreaterThanOrEqual(end);
      return next;
    }, 0);
    expect(model.P).toBeGreaterThanOrEqual(used.at(-1)?.[1] ?? Number.POSITIVE_INFINITY);
  });
});

/**
 * The optimizer twins and the norm they clip by, against closed forms: constant gradients make momentum a geometric sum
 * and Adam's step its learning rate; a raised flag must freeze everything.
 */
import { describe, expect, it } from "vitest";
import { assertClose, seededArray } from "./finite-differences.ts";
import { gradientNormTwin } from "./gradient-norm.ts";
import { optimizerAdamTwin } from "./optimizer-adam.ts";
import { optimizerSgdTwin } from "./optimizer-sgd.ts";

const P = 4;
const M = 3;
const start = Float64Array.from([1, -2, 3, 0.5]);
const gradient = Float64Array.from([0.5, -2, 0, 1e-3]);

function createTensors(slots: number) {
  return {
    grads: gradient.slice(),
    params: start.slice(),
    state: new Float64Array(slots * P),
    norm: new Float64Array([2]),
    loss: new Float64Array([0.25]),
    flags: new Uint32Array(1),
    metrics: new Float64Array(M * 4),
  };
}

const sgd = { P, M, learningRate: 0.1, clip: 0, slot: 0, momentum: 0, first: 1 };
const moments = { beta1: 0.9, beta2: 0.999, gain1: 1 - 0.9, gain2: 1 - 0.999 };
const adam = { P, M, learningRate: 0.1, clip: 0, slot: 0, ...moments, epsilon: 1e-8 };
const corrections = (i: number) => ({ correction1: 1 - 0.9 ** i, correction2: 1 - 0.999 ** i });

describe("optimizer-sgd", () => {
  it("subtracts learningRate · g", () => {
    const tensors = createTensors(1);
    optimizerSgdTwin(tensors, sgd);
    assertClose("params", tensors.params, Float64Array.from([0.95, -1.8, 3, 0.4999]), 1e-15);
  });

  it("moves by a geometric sum under a constant gradient with momentum", () => {
    const tensors = createTensors(1);
    const momentum = 0.75;
    const steps = 6;
    tensors.state.fill(1e6); // left over from another run: the first step must not read it
    for (let i = 1; i <= steps; i++) optimizerSgdTwin(tensors, { ...sgd, momentum, first: i === 1 ? 1 : 0 });
    // buf_i = g (1 − μⁱ)/(1 − μ)
    let moved = 0;
    for (let i = 1; i <= steps; i++) moved += (1 - momentum ** i) / (1 - momentum);
    const expected = start.map((p, i) => p - sgd.learningRate * moved * (gradient[i] ?? Number.NaN));
    assertClose("params", tensors.params, expected, 1e-14);
    const last = gradient.map((g) => (g * (1 - momentum ** steps)) / (1 - momentum));
    assertClose("state", tensors.state, last, 1e-14);
  });
});

describe("optimizer-adam", () => {
  it("moves by learningRate · g / (|g| + ε) at every step of a constant gradient", () => {
    const tensors = createTensors(2);
    const steps = 5;
    for (let i = 1; i <= steps; i++) optimizerAdamTwin(tensors, { ...adam, ...corrections(i) });
    const expected = start.map((p, i) => {
      const g = gradient[i] ?? Number.NaN;
      return p - (steps * adam.learningRate * g) / (Math.abs(g) + adam.epsilon);
    });
    assertClose("params", tensors.params, expected, 1e-13);
    const m = gradient.map((g) => g * corrections(steps).correction1);
    const v = gradient.map((g) => g * g * corrections(steps).correction2);
    assertClose("state", tensors.state, Float64Array.from([...m, ...v]), 1e-14);
  });

  it("adds ε to the corrected root, so that a gradient of size ε moves by half the learning rate", () => {
    const tensors = { ...createTensors(2), grads: new Float64Array(P).fill(adam.epsilon) };
    optimizerAdamTwin(tensors, { ...adam, ...corrections(1) });
    assertClose(
      "params",
      tensors.params,
      start.map((p) => p - adam.learningRate / 2),
      1e-14,
    );
  });
});

const optimizers = [
  {
    name: "sgd",
    step: (tensors: ReturnType<typeof createTensors>, more: object) => optimizerSgdTwin(tensors, { ...sgd, ...more }),
  },
  {
    name: "adam",
    step: (tensors: ReturnType<typeof createTensors>, more: object) =>
      optimizerAdamTwin(tensors, { ...adam, ...corrections(1), ...more }),
  },
];

describe.each(optimizers)("optimizer-$name", ({ step }) => {
  it("clips by the global norm as torch does: min(1, clip/(norm + 1e-6)), off at 0", () => {
    const cases = [
      { clip: 1, factor: 1 / (2 + 1e-6) },
      { clip: 4, factor: 1 },
      { clip: 0, factor: 1 },
    ];
    for (const { clip, factor } of cases) {
      const clipped = createTensors(2);
      const scaled = createTensors(2);
      scaled.grads.forEach((g, i) => {
        scaled.grads[i] = g * factor;
      });
      step(clipped, { clip });
      step(scaled, { clip: 0 });
      assertClose(`params at clip ${clip}`, clipped.params, scaled.params, 1e-14);
      expect(clipped.metrics[2]).toBe(factor);
    }
  });

  it("writes loss, norm, factor and learning rate into its row of the ring only", () => {
    const tensors = createTensors(2);
    step(tensors, { slot: 1 });
    expect([...tensors.metrics]).toEqual([0, 0, 0, 0, 0.25, 2, 1, 0.1, 0, 0, 0, 0]);
  });

  it("touches nothing while a flag is raised", () => {
    const tensors = createTensors(2);
    tensors.flags[0] = 2;
    step(tensors, {});
    const { params, state, metrics } = createTensors(2);
    expect([tensors.params, tensors.state, tensors.metrics]).toEqual([params, state, metrics]);
  });
});

describe("gradient-norm", () => {
  it("is 5 for 3 and 4, and raises no flag", () => {
    const norm = new Float64Array(1);
    const flags = new Uint32Array(1);
    gradientNormTwin({ grads: Float64Array.from([3, 0, -4, 0]), norm, flags }, { P, flagBit: 32 });
    expect([norm[0], flags[0]]).toEqual([5, 0]);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])("raises its flag beside others for %s", (bad) => {
    const flags = new Uint32Array([1]);
    const grads = Float32Array.from([...seededArray("grads", P - 1), bad]);
    gradientNormTwin({ grads, norm: new Float32Array(1), flags }, { P, flagBit: 32 });
    expect(flags[0]).toBe(33);
  });
});

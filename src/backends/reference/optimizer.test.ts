/**
 * The optimizer twins against closed forms: constant gradients make momentum a geometric sum,
 * Adam's step its learning rate and RMSprop's its sign; a raised flag must freeze everything.
 */
import { describe, expect, it } from "vitest";
import { assertClose } from "./finite-differences.ts";
import { optimizerAdamTwin } from "./optimizer-adam.ts";
import { optimizerRmspropTwin } from "./optimizer-rmsprop.ts";
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

const common = { P, M, learningRate: 0.1, clip: 0, clipValue: 0, l1: 0, slot: 0 };
const sgd = { ...common, momentum: 0, nesterov: 0, weightDecay: 0, first: 1 };
const moments = { beta1: 0.9, beta2: 0.999, gain1: 1 - 0.9, gain2: 1 - 0.999 };
const adam = { ...common, S: 2, amsgrad: 0, l2: 0, decay: 0, ...moments, epsilon: 1e-8 };
const averages = { alpha: 0.9, gain: 1 - 0.9, epsilon: 1e-8, momentum: 0, weightDecay: 0 };
const rmsprop = { ...common, S: 1, meanRow: 0, bufferRow: 0, ...averages };
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

  it("with Nesterov's momentum is one step ahead of the plain one under a constant gradient", () => {
    const momentum = 0.75;
    const ahead = createTensors(1);
    const plain = createTensors(1);
    optimizerSgdTwin(ahead, { ...sgd, momentum, nesterov: 1 });
    optimizerSgdTwin(plain, { ...sgd, momentum });
    optimizerSgdTwin(plain, { ...sgd, momentum, first: 0 });
    // The plain one moved by buf₁ = g and buf₂ = g + μg, the other by g + μ·buf₁ only.
    const second = plain.params.map((p, i) => p + sgd.learningRate * (gradient[i] ?? Number.NaN));
    assertClose("params", ahead.params, second, 1e-14);
  });

  it("shrinks parameters geometrically by weight decay where there is no gradient", () => {
    const tensors = { ...createTensors(1), grads: new Float64Array(P) };
    for (let i = 1; i <= 3; i++) optimizerSgdTwin(tensors, { ...sgd, weightDecay: 0.5 });
    const expected = start.map((p) => p * (1 - sgd.learningRate * 0.5) ** 3);
    assertClose("params", tensors.params, expected, 1e-14);
  });
});

describe("optimizer-rmsprop", () => {
  const rootMeanSquare = (i: number) => Math.sqrt(1 - averages.alpha ** i);
  const sign = (g: number, i: number) => g / (Math.abs(g) * rootMeanSquare(i) + averages.epsilon);

  it("divides a constant gradient by its root mean square, √(1 − αⁱ)·|g|", () => {
    const tensors = createTensors(1);
    for (let i = 1; i <= 4; i++) optimizerRmspropTwin(tensors, rmsprop);
    const expected = start.map((p, at) => {
      const moves = [1, 2, 3, 4].map((i) => sign(gradient[at] ?? Number.NaN, i));
      return p - common.learningRate * moves.reduce((sum, move) => sum + move, 0);
    });
    assertClose("params", tensors.params, expected, 1e-13);
  });

  it("divides by the standard deviation when centred: (1 − αⁱ)αⁱ·g² under a constant gradient", () => {
    const tensors = createTensors(2);
    for (let i = 1; i <= 2; i++) optimizerRmspropTwin(tensors, { ...rmsprop, S: 2, meanRow: 1 });
    const expected = start.map((p, at) => {
      const g = gradient[at] ?? Number.NaN;
      const deviation = (i: number) => Math.abs(g) * Math.sqrt((1 - averages.alpha ** i) * averages.alpha ** i);
      return p - [1, 2].reduce((sum, i) => sum + (common.learningRate * g) / (deviation(i) + averages.epsilon), 0);
    });
    assertClose("params", tensors.params, expected, 1e-12);
    const mean = gradient.map((g) => g * (1 - averages.alpha ** 2));
    assertClose("mean", tensors.state.slice(P), mean, 1e-14);
  });

  it("gathers the divided gradient in its momentum buffer", () => {
    const momentum = 0.5;
    const tensors = createTensors(3);
    const rows = { ...rmsprop, S: 3, bufferRow: 2, momentum };
    for (let i = 1; i <= 2; i++) optimizerRmspropTwin(tensors, rows);
    const first = gradient.map((g) => sign(g, 1));
    const second = gradient.map((g, at) => sign(g, 2) + momentum * (first[at] ?? Number.NaN));
    assertClose("buffer", tensors.state.slice(2 * P), second, 1e-13);
    expect([...tensors.state.slice(P, 2 * P)]).toEqual([0, 0, 0, 0]);
    const expected = start.map((p, at) => p - common.learningRate * ((first[at] ?? 0) + (second[at] ?? 0)));
    assertClose("params", tensors.params, expected, 1e-13);
  });

  it("counts a variance that rounding left below 0 as 0", () => {
    const tensors = createTensors(2);
    tensors.state.set([0, 0, 0, 0, 1, 1, 1, 1]);
    optimizerRmspropTwin(tensors, { ...rmsprop, S: 2, meanRow: 1, epsilon: 1 });
    assertClose("params", tensors.params, Float64Array.from([0.95, -1.8, 3, 0.4999]), 1e-14);
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

  it("shrinks by decay beside the gradient, and by l2 through it", () => {
    const still = () => ({ ...createTensors(2), grads: new Float64Array(P) });
    const decayed = still();
    optimizerAdamTwin(decayed, { ...adam, ...corrections(1), decay: 0.5 });
    assertClose(
      "decayed",
      decayed.params,
      start.map((p) => p * (1 - adam.learningRate * 0.5)),
      1e-14,
    );
    // With l2 the parameter is the gradient, and Adam's first step has the length of its learning rate.
    const pulled = still();
    optimizerAdamTwin(pulled, { ...adam, ...corrections(1), l2: 0.5 });
    assertClose(
      "pulled",
      pulled.params,
      start.map((p) => p - (adam.learningRate * 0.5 * p) / (0.5 * Math.abs(p) + adam.epsilon)),
      1e-13,
    );
  });

  it("with AMSGrad divides by the largest v so far", () => {
    const tensors = createTensors(3);
    const largest = [9, 0, 9, 0];
    tensors.state.set(largest, 2 * P);
    optimizerAdamTwin(tensors, { ...adam, S: 3, amsgrad: 1, ...corrections(1) });
    const v = gradient.map((g, at) => Math.max(largest[at] ?? 0, moments.gain2 * g * g));
    assertClose("largest", tensors.state.slice(2 * P), v, 1e-15);
    const expected = start.map((p, at) => {
      const root = Math.sqrt((v[at] ?? Number.NaN) / moments.gain2);
      return p - (adam.learningRate * (gradient[at] ?? Number.NaN)) / (root + adam.epsilon);
    });
    assertClose("params", tensors.params, expected, 1e-13);
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
  {
    name: "rmsprop",
    step: (tensors: ReturnType<typeof createTensors>, more: object) =>
      optimizerRmspropTwin(tensors, { ...rmsprop, ...more }),
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

  it("clips each element by its value after the norm, off at 0", () => {
    const clipped = createTensors(2);
    const held = createTensors(2);
    // Norm 2 clipped to 1 halves the gradients 0.5, −2, 0, 0.001.
    held.grads.set([0.25 / (1 + 5e-7), -0.3, 0, 5e-4 / (1 + 5e-7)]);
    step(clipped, { clip: 1, clipValue: 0.3 });
    step(held, {});
    assertClose("params", clipped.params, held.params, 1e-13);
  });

  it("adds the slope of L1 after clipping: ±l1 by the sign of the parameter, 0 at 0", () => {
    const penalised = createTensors(2);
    const given = createTensors(2);
    for (const { params } of [penalised, given]) params[2] = 0;
    // Norm 2 clipped to 1 halves 0.5, −2, 0, 0.001; the penalty of 0.25 then follows the signs of 1, −2, 0, 0.5.
    given.grads.set([0.25, -1, 0, 5e-4].map((g) => g / (1 + 5e-7)));
    [0.25, -0.25, 0, 0.25].forEach((slope, i) => {
      given.grads[i]! += slope;
    });
    step(penalised, { clip: 1, l1: 0.25 });
    step(given, {});
    assertClose("params", penalised.params, given.params, 1e-13);
    assertClose("state", penalised.state, given.state, 1e-13);
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

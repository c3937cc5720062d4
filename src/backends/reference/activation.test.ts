/** The twins of activations: known values, limits, the flag for what they would hide, and gradients by central differences. */
import { describe, expect, it } from "vitest";
import { activationBackwardTwin } from "./activation-backward.ts";
import { activationForwardTwin } from "./activation-forward.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { softmaxBackwardTwin } from "./softmax-backward.ts";
import { softmaxForwardTwin } from "./softmax-forward.ts";

const N = 3;
const C = 5;
const FLAG = 4;
const a = seededArray("a", N * C, 3);
const dy = seededArray("dy", N * C);

function activated(activation: number, from: Float64Array, flags = new Uint32Array(1)): Float64Array {
  const y = new Float64Array(from.length);
  activationForwardTwin({ a: from, y, flags }, { N: 1, C: from.length, activation, flagBit: FLAG });
  return y;
}

function softmax(from: Float64Array, flags = new Uint32Array(1)): Float64Array {
  const y = new Float64Array(from.length);
  softmaxForwardTwin({ a: from, y, flags }, { N, C: from.length / N, flagBit: FLAG });
  return y;
}

const innerProduct = (y: Float64Array) => y.reduce((sum, value, i) => sum + value * dy[i]!, 0);

describe("activation-forward", () => {
  it("knows tanh(log 2) = 3/5, what ReLU passes, and σ(log 3) = 3/4, 0 and 1 at ±1000", () => {
    assertClose("tanh", activated(0, Float64Array.of(Math.log(2), -Math.log(2))), Float64Array.of(0.6, -0.6), 1e-15);
    expect([...activated(1, Float64Array.of(-2, 0, 3))]).toEqual([0, 0, 3]);
    const logits = Float64Array.of(Math.log(3), -Math.log(3), 1000, -1000);
    assertClose("σ", activated(2, logits), Float64Array.of(0.75, 0.25, 1, 0), 1e-15);
  });

  it.each([0, 1, 2])("reports what activation %i would hide", (activation) => {
    for (const bad of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      const flags = Uint32Array.of(1);
      activated(activation, Float64Array.of(0, bad), flags);
      expect(flags[0]).toBe(1 | FLAG);
    }
    const flags = Uint32Array.of(1);
    activated(activation, a, flags);
    expect(flags[0]).toBe(1);
  });
});

it.each([0, 1, 2])("activation-backward has the gradient of activation %i", (activation) => {
  const da = new Float64Array(N * C).fill(Number.NaN);
  activationBackwardTwin({ y: activated(activation, a), dy, da }, { N, C, activation });
  assertClose(
    "da",
    da,
    differentiate(() => innerProduct(activated(activation, a)), a),
  );
});

it("activation-backward gives nothing where ReLU's output is 0", () => {
  const da = new Float64Array(2);
  const y = activated(1, Float64Array.of(0, -1));
  activationBackwardTwin({ y, dy: Float64Array.of(5, 7), da }, { N: 1, C: 2, activation: 1 });
  expect([...da]).toEqual([0, 0]);
});

describe("softmax", () => {
  it("forward: logs of 1, 2, 5 are shares of 8, in every row and under any shift", () => {
    const logits = [1, 2, 5].map((value) => Math.log(value));
    const shifted = [1000, -1000].flatMap((shift) => logits.map((value) => value + shift));
    const shares = [1 / 8, 2 / 8, 5 / 8];
    const y = softmax(Float64Array.from([...logits, ...shifted]));
    assertClose("softmax", y, Float64Array.from([...shares, ...shares, ...shares]), 1e-12);
  });

  it("forward: reports a logit that is not finite", () => {
    const flags = new Uint32Array(1);
    softmax(a, flags);
    expect(flags[0]).toBe(0);
    softmax(Float64Array.of(0, 1, 2, 3, 4, Number.NEGATIVE_INFINITY), flags);
    expect(flags[0]).toBe(FLAG);
  });

  it("backward: has the gradient of every row", () => {
    const da = new Float64Array(N * C).fill(Number.NaN);
    softmaxBackwardTwin({ y: softmax(a), dy, da }, { N, C });
    assertClose(
      "da",
      da,
      differentiate(() => innerProduct(softmax(a)), a),
    );
  });
});

/** The twins of layer normalisation: what a normalised row is, and all three gradients by central differences. */
import { describe, expect, it } from "vitest";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { layerNormBackwardTwin } from "./layer-norm-backward.ts";
import { layerNormForwardTwin } from "./layer-norm-forward.ts";

const N = 4;
const C = 5;
const UNTOUCHED = -12345;
const windows = { xOffset: 2, xStride: 7, yOffset: 3, yStride: 8, epsilon: 1e-5 };

const x = seededArray("x", 2 + 7 * N);
const gain = seededArray("gain", C);
const bias = seededArray("bias", C);
const dy = seededArray("dy", N * C);

function normalise(factor: Float64Array = gain, summand: Float64Array = bias) {
  const y = new Float64Array(3 + 8 * N).fill(UNTOUCHED);
  const statistics = new Float64Array(2 * N);
  layerNormForwardTwin({ x, gain: factor, bias: summand, y, statistics }, { N, C, ...windows });
  return { y, statistics };
}

const rowsOf = (y: Float64Array) => Array.from({ length: N }, (_, n) => y.subarray(3 + 8 * n, 3 + 8 * n + C));

describe("layer-norm-forward", () => {
  it("gives rows of mean 0 and variance σ²/(σ² + epsilon), and leaves what lies between the rows", () => {
    const { y, statistics } = normalise(new Float64Array(C).fill(1), new Float64Array(C));
    for (const [n, row] of rowsOf(y).entries()) {
      const own = x.subarray(2 + 7 * n, 2 + 7 * n + C);
      const mean = own.reduce((sum, value) => sum + value, 0) / C;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / C;
      assertClose(
        "statistics",
        statistics.subarray(2 * n, 2 * n + 2),
        Float64Array.of(mean, 1 / Math.sqrt(variance + 1e-5)),
      );
      assertClose("mean", Float64Array.of(row.reduce((sum, value) => sum + value, 0)), Float64Array.of(0), 1e-12);
      const spread = row.reduce((sum, value) => sum + value * value, 0) / C;
      assertClose("variance", Float64Array.of(spread), Float64Array.of(variance / (variance + 1e-5)), 1e-12);
    }
    expect(y.filter((value) => value === UNTOUCHED)).toHaveLength(3 + 3 * N);
  });

  it("multiplies by the gain, adds the bias, and gives the bias alone for a constant row", () => {
    const plain = rowsOf(normalise(new Float64Array(C).fill(1), new Float64Array(C)).y);
    for (const [n, row] of rowsOf(normalise().y).entries()) {
      assertClose(
        "y",
        row,
        (plain[n] ?? new Float64Array()).map((value, c) => value * gain[c]! + bias[c]!),
        1e-14,
      );
    }
    const y = new Float64Array(3);
    const three = { gain: Float64Array.of(7, 8, 9), bias: Float64Array.of(1, 2, 3), statistics: new Float64Array(2) };
    const packed = { xOffset: 0, xStride: 3, yOffset: 0, yStride: 3, epsilon: 1e-5 };
    layerNormForwardTwin({ x: Float64Array.of(4, 4, 4), ...three, y }, { N: 1, C: 3, ...packed });
    expect([...y]).toEqual([1, 2, 3]);
  });
});

it("layer-norm-backward has the gradients of rows and gain, and overwrites them", () => {
  const loss = () =>
    rowsOf(normalise().y).reduce((sum, row, n) => sum + row.reduce((s, value, c) => s + value * dy[n * C + c]!, 0), 0);
  const { statistics } = normalise();
  const dx = new Float64Array(2 + 7 * N).fill(UNTOUCHED);
  const dgain = new Float64Array(C).fill(UNTOUCHED);
  const numbers = { N, C, xOffset: 2, xStride: 7, dyOffset: 0, dyStride: C, dxOffset: 2, dxStride: 7 };
  layerNormBackwardTwin({ x, gain, statistics, dy, dx, dgain }, numbers);
  const inside = (_: number, i: number) => i >= 2 && (i - 2) % 7 < C;
  assertClose("dx", dx.filter(inside), differentiate(loss, x).filter(inside));
  expect(dx.filter((value) => value === UNTOUCHED)).toHaveLength(2 + 2 * N);
  assertClose("dgain", dgain, differentiate(loss, gain));
});

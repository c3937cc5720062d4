/**
 * The twins that stand between recurrent layers: states collected into outputs, gradients handed back to them, and a
 * learned initial state with its gradient.
 */
import { describe, expect, it } from "vitest";
import { addRowsTwin } from "./add-rows.ts";
import { biasGradientTwin } from "./bias-gradient.ts";
import { broadcastRowTwin } from "./broadcast-row.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { maskRowsTwin } from "./mask-rows.ts";

const T = 2;
const B = 2;
const H = 2;
const UNTOUCHED = -12345;

describe("mask-rows", () => {
  const mask = Float64Array.from([1, 1, 1, 0]); // the second sequence has one step
  const h = Float64Array.from({ length: (T + 1) * B * H }, (_, i) => 10 * Math.floor(i / H) + (i % H));
  const collect = (from: Float64Array, xOffset: number) => {
    const y = new Float64Array(T * B * 2 * H).fill(UNTOUCHED);
    const numbers = { N: T * B, C: H, xOffset, xStride: H, outOffset: H, outStride: 2 * H, masked: 1 };
    maskRowsTwin({ x: from, mask, out: y }, numbers);
    return y;
  };

  it("collects states into the columns of their direction, from row 1 forward and from row 0 in reverse", () => {
    const gap = [UNTOUCHED, UNTOUCHED];
    expect([...collect(h, B * H)]).toEqual([...gap, 20, 21, ...gap, 30, 31, ...gap, 40, 41, ...gap, 0, 0]);
    expect([...collect(h, 0)]).toEqual([...gap, 0, 1, ...gap, 10, 11, ...gap, 20, 21, ...gap, 0, 0]);
  });

  it("does not read the mask while masked = 0", () => {
    const out = new Float64Array(B * H);
    const nothing = new Float64Array(B).fill(Number.NaN);
    const numbers = { N: B, C: H, xOffset: T * B * H, xStride: H, outOffset: 0, outStride: H, masked: 0 };
    maskRowsTwin({ x: h, mask: nothing, out }, numbers);
    expect([...out]).toEqual([40, 41, 50, 51]);
  });

  it("hands the gradient back when x and out are exchanged, overwriting the states' rows alone", () => {
    const states = seededArray("h", (T + 1) * B * H);
    const dy = seededArray("dy", T * B * 2 * H);
    const loss = () => collect(states, B * H).reduce((sum, y, i) => (y === UNTOUCHED ? sum : sum + y * dy[i]!), 0);
    const dh = new Float64Array((T + 1) * B * H).fill(UNTOUCHED);
    const numbers = { N: T * B, C: H, xOffset: H, xStride: 2 * H, outOffset: B * H, outStride: H, masked: 1 };
    maskRowsTwin({ x: dy, mask, out: dh }, numbers);
    const expected = differentiate(loss, states);
    assertClose("dh", dh.subarray(B * H), expected.subarray(B * H));
    expect([...dh.subarray(0, B * H)]).toEqual([UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED]);
  });
});

it("add-rows adds to its window and leaves the other columns", () => {
  const x = Float64Array.of(9, 1, 2, 9, 3, 4);
  const out = Float64Array.of(9, 10, 20, 9, 30, 40, 9);
  addRowsTwin({ x, out }, { N: 2, C: 2, xOffset: 1, xStride: 3, outOffset: 1, outStride: 3 });
  expect([...out]).toEqual([9, 11, 22, 9, 33, 44, 9]);
});

describe("broadcast-row", () => {
  const row = seededArray("row", H);
  const start = () => {
    const h = new Float64Array((T + 1) * B * H).fill(UNTOUCHED);
    broadcastRowTwin({ row, out: h }, { N: B, C: H, outOffset: T * B * H });
    return h;
  };

  it("starts every sequence with the vector and leaves the other states", () => {
    const others = Array.from({ length: T * B * H }, () => UNTOUCHED);
    expect([...start()]).toEqual([...others, ...row, ...row]);
  });

  it("has the sum over the sequences for a gradient", () => {
    const dh = seededArray("dh", (T + 1) * B * H);
    const loss = () => start().reduce((sum, value, i) => (i < T * B * H ? sum : sum + value * dh[i]!), 0);
    const gradient = new Float64Array(H);
    const numbers = { N: B, C: H, rightOffset: T * B * H, rightStride: H, outOffset: 0 };
    biasGradientTwin({ right: dh, db: gradient }, numbers);
    assertClose("gradient of the initial state", gradient, differentiate(loss, row));
  });
});

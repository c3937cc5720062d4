/**
 * The affine twins: projection, its three gradients and their gathers, with windows that start and step inside larger
 * rows. Gradients are checked against central differences; ids against the one-hot product they replace.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { gatherBackwardTwin } from "./gather-backward.ts";
import { gatherForwardTwin } from "./gather-forward.ts";
import { inputGradientTwin } from "./input-gradient.ts";
import { projectForwardTwin } from "./project-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

/** Windows wider than their rows, all offsets and strides different. */
const N = 5;
const D = 3;
const C = 7;
const windows = { xOffset: 2, xStride: 4, outOffset: 5, outStride: 11 };
const sizes = { N, D, C };
const UNTOUCHED = -12345;

const x = seededArray("x", 2 + 4 * N);
const W = seededArray("W", D * C);
const b = seededArray("b", C);
const g = seededArray("g", 5 + 11 * N); // dL/dout in out's windows

function project(): Float64Array {
  const out = new Float64Array(5 + 11 * N).fill(UNTOUCHED);
  projectForwardTwin({ x, W, b, out }, { ...sizes, ...windows });
  return out;
}

/** Positions of the window's elements. */
function inside(rows: number, row: number, offset: number, stride: number): number[] {
  return Array.from({ length: rows * row }, (_, i) => offset + Math.floor(i / row) * stride + (i % row));
}

const outside = (array: Float64Array, positions: number[]) => array.filter((_, i) => !positions.includes(i));
const at = (array: Float64Array, positions: number[]) => Float64Array.from(positions, (i) => array[i] ?? Number.NaN);

const outPositions = inside(N, C, windows.outOffset, windows.outStride);
const xPositions = inside(N, D, windows.xOffset, windows.xStride);
const loss = () => at(project(), outPositions).reduce((sum, y, i) => sum + y * (g[outPositions[i] ?? -1] ?? 0), 0);

describe("project-forward", () => {
  it("multiplies a row by the columns of W, adds b and leaves the rest of out alone", () => {
    const out = new Float64Array([9, 9, 9, 9, 9, 9]);
    const rows = new Float64Array([100, 1, 2, 100, 3, 4]);
    projectForwardTwin(
      { x: rows, W: new Float64Array([5, 6, 7, 8]), b: new Float64Array([10, 20]), out },
      { N: 2, D: 2, C: 2, xOffset: 1, xStride: 3, outOffset: 0, outStride: 3 },
    );
    // [1,2]·[[5,6],[7,8]] = [19,22]; [3,4]·… = [43,50].
    expect([...out]).toEqual([29, 42, 9, 53, 70, 9]);
    expect(outside(project(), outPositions).every((value) => value === UNTOUCHED)).toBe(true);
  });
});

describe("gradients of the projection", () => {
  it("input-gradient", () => {
    const dx = new Float64Array(2 + 4 * N).fill(UNTOUCHED);
    const numbers = { daOffset: 5, daStride: 11, dxOffset: windows.xOffset, dxStride: windows.xStride };
    inputGradientTwin({ da: g, W, dx }, { ...sizes, ...numbers });
    assertClose("dx", at(dx, xPositions), at(differentiate(loss, x), xPositions));
    expect(outside(dx, xPositions).every((value) => value === UNTOUCHED)).toBe(true);
  });

  it("weight-gradient overwrites a column block", () => {
    const outStride = C + 2;
    const dW = new Float64Array(1 + D * outStride).fill(UNTOUCHED);
    const operands = { leftOffset: windows.xOffset, leftStride: windows.xStride, rightOffset: 5, rightStride: 11 };
    weightGradientTwin({ left: x, right: g, dW }, { ...sizes, ...operands, outOffset: 1, outStride });
    const positions = inside(D, C, 1, outStride);
    assertClose("dW", at(dW, positions), differentiate(loss, W));
    expect(outside(dW, positions).every((value) => value === UNTOUCHED)).toBe(true);
  });

  it("bias-gradient overwrites a block", () => {
    const db = new Float64Array(C + 4).fill(UNTOUCHED);
    biasGradientTwin({ right: g, db }, { N, C, rightOffset: 5, rightStride: 11, outOffset: 3 });
    assertClose("db", db.slice(3, 3 + C), differentiate(loss, b));
    expect([db[2], db[3 + C]]).toEqual([UNTOUCHED, UNTOUCHED]);
  });
});

describe("gathers replace a one-hot product", () => {
  const ids = Uint32Array.from([2, 0, 2, 2, 0]); // id 1 never occurs
  const oneHot = Float64Array.from({ length: N * D }, (_, i) => (ids[Math.floor(i / D)] === i % D ? 1 : 0));

  it("gather-forward", () => {
    const window = { outOffset: windows.outOffset, outStride: windows.outStride, biased: 1 };
    const out = new Float64Array(5 + 11 * N).fill(UNTOUCHED);
    const product = out.slice();
    gatherForwardTwin({ ids, W, b, out }, { ...sizes, ...window });
    projectForwardTwin({ x: oneHot, W, b, out: product }, { ...sizes, ...window, xOffset: 0, xStride: D });
    assertClose("out", out, product, 1e-15);
  });

  it("gather-forward without a bias is a table of embeddings", () => {
    const out = new Float64Array(N * C);
    const nothing = new Float64Array(C).fill(Number.NaN);
    gatherForwardTwin({ ids, W, b: nothing, out }, { ...sizes, outOffset: 0, outStride: C, biased: 0 });
    expect([...out]).toEqual([...ids].flatMap((id) => [...W.slice(id * C, (id + 1) * C)]));
  });

  it("gather-backward, rows without an id become 0, as does that of the padding", () => {
    const dW = new Float64Array(D * C).fill(UNTOUCHED);
    const product = new Float64Array(D * C);
    gatherBackwardTwin({ ids, da: g, dW }, { ...sizes, daOffset: 5, daStride: 11, padding: D });
    const operands = { leftOffset: 0, leftStride: D, rightOffset: 5, rightStride: 11, outOffset: 0, outStride: C };
    weightGradientTwin({ left: oneHot, right: g, dW: product }, { ...sizes, ...operands });
    assertClose("dW", dW, product, 1e-15);
    expect([...dW.slice(C, 2 * C)]).toEqual(new Array(C).fill(0));
    const padded = new Float64Array(D * C).fill(UNTOUCHED);
    gatherBackwardTwin({ ids, da: g, dW: padded }, { ...sizes, daOffset: 5, daStride: 11, padding: 0 });
    expect([...padded]).toEqual([...new Float64Array(C), ...dW.slice(C)]);
  });
});

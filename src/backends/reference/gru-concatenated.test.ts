/**
 * The cell as papers print it, with one matrix per gate over the concatenation of state and input, is the twin's cell with
 * that matrix cut in two: z = σ(W_z·[h', x]), r = σ(W_r·[h', x]), h̃ = tanh(W·[r ⊙ h', x]), h = (1 − z) ⊙ h' + z ⊙ h̃.
 */
import { expect, test } from "vitest";
import { assertClose, seededArray } from "./finite-differences.ts";
import { gruForwardTwin } from "./gru-forward.ts";
import { projectForwardTwin } from "./project-forward.ts";
import { DROPOUT_KEY, FLAG, wholeSequence } from "./sequence-cases.ts";

const [T, D, H] = [6, 3, 4];
const GATES = ["z", "r", "n"] as const;
const sequence = { T, B: 1, H, reverse: 0, masked: 0, upstream: 1, dropped: 0 };

/** W_gate [H, H + D] of every gate, row by row. */
const matrices = GATES.map((gate) => Array.from({ length: H }, (_, j) => [...seededArray(`W ${gate} ${j}`, H + D)]));
const x = Array.from({ length: T }, (_, t) => [...seededArray(`x ${t}`, D)]);

/** W·v for a column v. */
const times = (matrix: readonly (readonly number[])[] | undefined, column: readonly number[]) =>
  (matrix ?? []).map((row) => row.reduce((sum, weight, k) => sum + weight * (column[k] ?? Number.NaN), 0));
const sigmoid = (values: readonly number[]) => values.map((value) => 1 / (1 + Math.exp(-value)));

/** h of every step, as printed. */
function playPrinted(): number[] {
  let h: readonly number[] = new Array<number>(H).fill(0);
  return x.flatMap((input) => {
    const z = sigmoid(times(matrices[0], [...h, ...input]));
    const r = sigmoid(times(matrices[1], [...h, ...input]));
    const reset = h.map((value, j) => (r[j] ?? 0) * value);
    const candidate = times(matrices[2], [...reset, ...input]).map(Math.tanh);
    h = h.map((value, j) => (1 - (z[j] ?? 0)) * value + (z[j] ?? 0) * (candidate[j] ?? 0));
    return h;
  });
}

test("W·[h, x] is h U + x W with U and W cut out of the same matrix", () => {
  // Element [k, gate · H + j] of U, or of W, is element [j, k], or [j, H + k], of the gate's matrix.
  const cut = (rows: number, first: number) =>
    Float64Array.from({ length: rows * 3 * H }, (_, i) => {
      const column = i % (3 * H);
      return matrices[Math.floor(column / H)]?.[column % H]?.[first + Math.floor(i / (3 * H))] ?? Number.NaN;
    });
  const [U, W, b] = [cut(H, 0), cut(D, H), new Float64Array(3 * H)];
  const record = new Float64Array(T * 4 * H);
  projectForwardTwin(
    { x: Float64Array.from(x.flat()), W, b, out: record },
    { N: T, D, C: 3 * H, xOffset: 0, xStride: D, outOffset: 0, outStride: 4 * H },
  );
  const h = new Float64Array((T + 1) * H);
  const flags = new Uint32Array(1);
  gruForwardTwin(
    { h, record, U, bu: b, mask: new Float64Array(T).fill(1), key: DROPOUT_KEY, flags },
    { ...sequence, ...wholeSequence(sequence), reset: 0, activation: 0, flagBit: FLAG },
  );
  assertClose("h", h.subarray(H), Float64Array.from(playPrinted()), 1e-14);
  expect(flags[0]).toBe(0);
});

/**
 * The LSTM twins against the equations typed a second time, unit by unit, and their gradients against central differences
 * in Float64: pre-activations, U, bu, both initial states, and the total dL/dh and dL/dc of every state. In both
 * directions, with masks and dropout, and in pieces.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { lstmBackwardTwin } from "./lstm-backward.ts";
import { lstmForwardTwin } from "./lstm-forward.ts";
import {
  backwardPieces,
  DROPOUT_KEY,
  DROPPED_CASES,
  FLAG,
  forwardPieces,
  initialRow,
  maskOf,
  operandOf,
  rowRange,
  SEQUENCE_CASES,
  type SequenceCase,
  startOf,
  stateFactors,
  stepsInOrder,
  upstreamOf,
  wholeSequence,
  withGarbage,
} from "./sequence-cases.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

const key = DROPOUT_KEY;

interface Case extends SequenceCase {
  readonly cellUpstream: number;
}

const CASES = [...SEQUENCE_CASES, ...DROPPED_CASES].flatMap(([title, c]) => [
  [`${title}, 0 of the cell`, { ...c, cellUpstream: 0 }] as const,
  [`${title}, 1 of the cell`, { ...c, cellUpstream: 1 }] as const,
]);

/** Upstream g [T+1, B, H] of h and gc [T+1, B, H] of c, whose final row alone may differ from 0. */
function createInputs(c: Case) {
  const { T, B, H, cellUpstream } = c;
  return {
    a: seededArray("a", T * B * 4 * H),
    h0: seededArray("h0", B * H),
    c0: seededArray("c0", B * H),
    U: seededArray("U", H * 4 * H),
    bu: seededArray("bu", 4 * H),
    mask: maskOf(c),
    g: upstreamOf(c),
    gc: cellUpstream === 1 ? upstreamOf({ ...c, upstream: 0 }, "gc") : new Float64Array((T + 1) * B * H),
  };
}

type Inputs = ReturnType<typeof createInputs>;

interface States {
  readonly h: Float64Array;
  readonly c: Float64Array;
}

/** Constants of the whole sequence, or of the steps or rows in `range`. */
const numbersOf = (c: Case, range: object) => ({ ...c, ...wholeSequence(c), ...range, flagBit: FLAG });

const startStates = (c: Case, { h0, c0 }: Inputs): States => ({ h: startOf(c, h0), c: startOf(c, c0) });

/** The steps of each range, one call for each. */
function runForward(
  sizes: Case,
  inputs: Inputs,
  ranges: readonly object[] = [{}],
  { h, c } = startStates(sizes, inputs),
) {
  const { a, U, bu, mask } = inputs;
  const record = a.slice();
  const flags = new Uint32Array(1);
  for (const range of ranges) lstmForwardTwin({ h, c, record, U, bu, mask, key, flags }, numbersOf(sizes, range));
  return { h, c, record, flags };
}

const dot = (left: Float64Array, right: Float64Array) =>
  left.reduce((sum, value, i) => sum + value * (right[i] ?? Number.NaN), 0);

/** L = Σ g⊙h over all states but the initial one, + Σ gc⊙c of the final one. */
function lossOf({ g, gc }: Inputs, { h, c }: States): number {
  return dot(h, g) + dot(c, gc);
}

function runBackward(sizes: Case, inputs: Inputs, ranges: readonly object[] = [{}]) {
  const { h, c, record } = runForward(sizes, inputs);
  const { U, mask } = inputs;
  const dh = withGarbage(sizes, inputs.g);
  const dc = withGarbage({ ...sizes, upstream: 0 }, inputs.gc);
  // Without an upstream gradient of the cell, what its final row holds is garbage as well.
  if (sizes.cellUpstream === 0) dc.fill(1e3);
  for (const range of ranges) lstmBackwardTwin({ c, record, U, mask, key, dh, dc }, numbersOf(sizes, range));
  return { h, c, record, dh, dc };
}

/** The equations once more, with gates as lists of units instead of slots. */
function computeByUnit(sizes: Case, inputs: Inputs): States {
  const { B, H } = sizes;
  const { a, U, bu, mask } = inputs;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const units = Array.from({ length: H }, (_, j) => j);
  const { h, c } = startStates(sizes, inputs);
  const factors = stateFactors(sizes);
  for (const { t, old, next } of stepsInOrder(sizes)) {
    for (let b = 0; b < B; b++) {
      const from = (old * B + b) * H;
      const [state, cell] = [[...h.slice(from, from + H)], [...c.slice(from, from + H)]];
      const inside = state.map((value, j) => value * (factors[b * H + j] ?? Number.NaN));
      const pre = (gate: number) =>
        units.map((j) => {
          const column = gate * H + j;
          const own = (a[((t - 1) * B + b) * 4 * H + column] ?? Number.NaN) + (bu[column] ?? Number.NaN);
          return inside.reduce((sum, value, k) => sum + value * (U[k * 4 * H + column] ?? Number.NaN), own);
        });
      const [i, f, g, o] = [pre(0).map(sigmoid), pre(1).map(sigmoid), pre(2).map(Math.tanh), pre(3).map(sigmoid)];
      const fresh = cell.map((value, j) => (f[j] ?? 0) * value + (i[j] ?? 0) * (g[j] ?? 0));
      const shown = fresh.map((value, j) => (o[j] ?? 0) * Math.tanh(value));
      const left = mask[(t - 1) * B + b] === 0;
      c.set(left ? cell : fresh, (next * B + b) * H);
      h.set(left ? state : shown, (next * B + b) * H);
    }
  }
  return { h, c };
}

describe.each(CASES)("lstm, %s", (_title, sizes) => {
  const { T, B, H } = sizes;
  const inputs = createInputs(sizes);

  it("computes the equations", () => {
    const { h, c, flags } = runForward(sizes, inputs);
    const expected = computeByUnit(sizes, inputs);
    assertClose("h", h, expected.h, 1e-14);
    assertClose("c", c, expected.c, 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const { h, record, dh, dc } = runBackward(sizes, inputs);
    const loss = () => lossOf(inputs, runForward(sizes, inputs));
    assertClose("da", record, differentiate(loss, inputs.a));
    const C = 4 * H;
    const dU = new Float64Array(H * C);
    const dbu = new Float64Array(C);
    const sum = { N: T * B, C, rightOffset: 0, rightStride: C, outOffset: 0 };
    weightGradientTwin(
      { left: operandOf(sizes, h), right: record, dW: dU },
      { ...sum, D: H, leftOffset: 0, leftStride: H, outStride: C },
    );
    biasGradientTwin({ right: record, db: dbu }, sum);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    assertClose("dbu", dbu, differentiate(loss, inputs.bu));
    const start = rowRange(sizes, initialRow(sizes));
    assertClose("dh of the start", dh.slice(...start), differentiate(loss, inputs.h0));
    assertClose("dc of the start", dc.slice(...start), differentiate(loss, inputs.c0));
  });

  it("leaves the total dL/dh and dL/dc in dh and dc", () => {
    const { h, c, record, dh, dc } = runBackward(sizes, inputs);
    const gates = runForward(sizes, inputs).record;
    for (const [done, { t, next }] of stepsInOrder(sizes).entries()) {
      // Plays what comes after these states, which are free to vary.
      const rest = forwardPieces(sizes, 1).slice(done + 1);
      const lossAfter = () => lossOf(inputs, runForward(sizes, inputs, rest, { h: h.slice(), c: c.slice() }));
      const at = rowRange(sizes, next);
      assertClose(`dh[${next}]`, dh.slice(...at), differentiate(lossAfter, h.subarray(...at)));
      // What c does through h of its own step, h = o⊙tanh(c), a masked step nothing.
      const direct = differentiate(lossAfter, c.subarray(...at));
      const total = direct.map((value, i) => {
        const o = gates[((t - 1) * B + Math.floor(i / H)) * 4 * H + 3 * H + (i % H)] ?? Number.NaN;
        const state = at[0] + i;
        return value + (dh[state] ?? Number.NaN) * o * (1 - Math.tanh(c[state] ?? Number.NaN) ** 2);
      });
      assertClose(`dc[${next}]`, dc.slice(...at), total);
    }
    expect(record.every(Number.isFinite)).toBe(true);
  });

  it.each([1, 2])("computes the same bits in pieces of %i", (size) => {
    expect(runForward(sizes, inputs, forwardPieces(sizes, size))).toEqual(runForward(sizes, inputs));
    expect(runBackward(sizes, inputs, backwardPieces(sizes, size))).toEqual(runBackward(sizes, inputs));
  });
});

describe("lstm-forward, not finite", () => {
  const whole = { reverse: 0, masked: 0, dropped: 0, rate: 0, site: 0, fromStep: 1, toStep: 1, flagBit: FLAG };
  const run = (a: readonly number[], states: { readonly h: number; readonly c: number }, U: number, changes = {}) => {
    const flags = new Uint32Array([1]);
    const h = Float32Array.of(states.h, 0);
    const c = Float32Array.of(states.c, 0);
    const weights = { U: new Float32Array(4).fill(U), bu: new Float32Array(4), mask: new Float32Array(1), key };
    const numbers = { T: 1, B: 1, H: 1, ...whole, ...changes };
    lstmForwardTwin({ h, c, record: Float32Array.from(a), ...weights, flags }, numbers);
    return { flag: flags[0], h: h[1], c: c[1] };
  };

  it.each([0, 1, 2, 3])("raises the flag for infinity in slot %i, although σ and tanh are finite there", (slot) => {
    const a = [0, 0, 0, 0];
    a[slot] = Number.POSITIVE_INFINITY;
    const { flag, h } = run(a, { h: 0, c: 0 }, 0);
    expect(flag).toBe(1 | FLAG);
    expect(Number.isFinite(h)).toBe(true);
  });

  it("raises the flag where a gate overflows f32 although its sum is finite in doubles", () => {
    expect(run([3e38, 0, 0, 0], { h: 4, c: 0 }, 3e38).flag).toBe(1 | FLAG);
  });

  it("keeps c at f = 1 and i = 0, replaces it at f = 0 and i = 1, and hides it at o = 0, without a flag", () => {
    expect(run([-1e30, 1e30, 1e30, -1e30], { h: 0.5, c: 0.75 }, 0)).toEqual({ flag: 1, h: 0, c: 0.75 });
    expect(run([1e30, -1e30, 1e30, -1e30], { h: 0.5, c: 0.75 }, 0)).toEqual({ flag: 1, h: 0, c: 1 });
  });

  it("keeps both states at a masked step, whatever its input, without a flag", () => {
    const { NaN: bad } = Number;
    expect(run([bad, bad, bad, bad], { h: 0.5, c: 0.75 }, 1, { masked: 1 })).toEqual({ flag: 1, h: 0.5, c: 0.75 });
  });
});

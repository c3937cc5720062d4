/**
 * The UGRNN twins against the equations typed a second time, unit by unit, and their gradients against central
 * differences in Float64: pre-activations, U, the initial state and the total dL/dh of every state. In both directions,
 * with masks and dropout, and in pieces.
 */
import { describe, expect, it } from "vitest";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
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
import { ugrnnBackwardTwin } from "./ugrnn-backward.ts";
import { ugrnnForwardTwin } from "./ugrnn-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

const key = DROPOUT_KEY;

function createInputs(c: SequenceCase) {
  const { T, B, H } = c;
  return {
    a: seededArray("a", T * B * 2 * H),
    h0: seededArray("h0", B * H),
    U: seededArray("U", H * 2 * H),
    mask: maskOf(c),
    g: upstreamOf(c),
  };
}

type Inputs = ReturnType<typeof createInputs>;

/** Forward constants of the whole sequence, or of the steps in `range`. */
const numbersOf = (c: SequenceCase, range: object) => ({ ...c, ...wholeSequence(c), ...range, flagBit: FLAG });

/** The steps of each range, one call for each. */
function runForward(c: SequenceCase, { a, h0, U, mask }: Inputs, ranges: readonly object[] = [{}], h = startOf(c, h0)) {
  const record = a.slice();
  const flags = new Uint32Array(1);
  for (const range of ranges) ugrnnForwardTwin({ h, record, U, mask, key, flags }, numbersOf(c, range));
  return { h, record, flags };
}

/** L = Σ g⊙h over all states but the initial one. */
function lossOf({ g }: Inputs, h: Float64Array): number {
  return h.reduce((sum, value, i) => sum + value * (g[i] ?? Number.NaN), 0);
}

function runBackward(c: SequenceCase, inputs: Inputs, ranges: readonly object[] = [{}]) {
  const { h, record } = runForward(c, inputs);
  const dh = withGarbage(c, inputs.g);
  for (const range of ranges) {
    ugrnnBackwardTwin({ h, record, U: inputs.U, mask: inputs.mask, key, dh }, numbersOf(c, range));
  }
  return { h, record, dh };
}

/** The equations once more, with gates as lists of units instead of slots. */
function computeByUnit(c: SequenceCase, { a, h0, U, mask }: Inputs) {
  const { B, H } = c;
  const units = Array.from({ length: H }, (_, j) => j);
  const h = startOf(c, h0);
  const factors = stateFactors(c);
  for (const { t, old, next } of stepsInOrder(c)) {
    for (let b = 0; b < B; b++) {
      const state = [...h.slice((old * B + b) * H, (old * B + b + 1) * H)];
      const inside = state.map((value, j) => value * (factors[b * H + j] ?? Number.NaN));
      const pre = (gate: number) =>
        units.map((j) => {
          const column = gate * H + j;
          const own = a[((t - 1) * B + b) * 2 * H + column] ?? Number.NaN;
          return inside.reduce((sum, value, k) => sum + value * (U[k * 2 * H + column] ?? Number.NaN), own);
        });
      const z = pre(0).map((x) => 1 / (1 + Math.exp(-x)));
      const n = pre(1).map(Math.tanh);
      const mixed = state.map((value, j) => value + (z[j] ?? 0) * ((n[j] ?? 0) - value));
      h.set(mask[(t - 1) * B + b] === 0 ? state : mixed, (next * B + b) * H);
    }
  }
  return h;
}

describe.each([...SEQUENCE_CASES, ...DROPPED_CASES])("ugrnn, %s", (_title, c) => {
  const { T, B, H } = c;
  const inputs = createInputs(c);

  it("computes the equations", () => {
    const { h, flags } = runForward(c, inputs);
    assertClose("h", h, computeByUnit(c, inputs), 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(inputs, runForward(c, inputs).h);
    assertClose("da", record, differentiate(loss, inputs.a));
    const dU = new Float64Array(H * 2 * H);
    const columns = { C: 2 * H, rightOffset: 0, rightStride: 2 * H, outOffset: 0, outStride: 2 * H };
    weightGradientTwin(
      { left: operandOf(c, h), right: record, dW: dU },
      { N: T * B, D: H, leftOffset: 0, leftStride: H, ...columns },
    );
    assertClose("dU", dU, differentiate(loss, inputs.U));
    assertClose("dh of the start", dh.slice(...rowRange(c, initialRow(c))), differentiate(loss, inputs.h0));
  });

  it("leaves the total dL/dh in dh", () => {
    const { h, dh } = runBackward(c, inputs);
    for (const [done, { next }] of stepsInOrder(c).entries()) {
      // Plays what comes after this state, which is free to vary.
      const rest = forwardPieces(c, 1).slice(done + 1);
      const lossAfter = () => lossOf(inputs, runForward(c, inputs, rest, h.slice()).h);
      const at = rowRange(c, next);
      assertClose(`dh[${next}]`, dh.slice(...at), differentiate(lossAfter, h.subarray(...at)));
    }
  });

  it.each([1, 2])("computes the same bits in pieces of %i", (size) => {
    expect(runForward(c, inputs, forwardPieces(c, size))).toEqual(runForward(c, inputs));
    expect(runBackward(c, inputs, backwardPieces(c, size))).toEqual(runBackward(c, inputs));
  });
});

describe("ugrnn-forward, not finite", () => {
  const whole = { reverse: 0, masked: 0, dropped: 0, rate: 0, site: 0, fromStep: 1, toStep: 1, flagBit: FLAG };
  const run = (a: readonly number[], h0: number, U: readonly number[], changes = {}) => {
    const flags = new Uint32Array([1]);
    const h = Float32Array.of(h0, 0);
    const tensors = { h, record: Float32Array.from(a), U: Float32Array.from(U), mask: new Float32Array(1), key, flags };
    ugrnnForwardTwin(tensors, { T: 1, B: 1, H: 1, ...whole, ...changes });
    return { flag: flags[0], h: h[1] };
  };

  it.each([0, 1])("raises the flag for infinity in slot %i, although σ and tanh are finite there", (slot) => {
    const a = [0, 0];
    a[slot] = Number.POSITIVE_INFINITY;
    const { flag, h } = run(a, 0, [0, 0]);
    expect(flag).toBe(1 | FLAG);
    expect(Number.isFinite(h)).toBe(true);
  });

  it("raises the flag where a gate overflows f32 although its sum is finite in doubles", () => {
    expect(run([3e38, 0], 4, [3e38, 0]).flag).toBe(1 | FLAG);
  });

  it("keeps the old state at z = 0 and writes the candidate at z = 1, without a flag far in saturation", () => {
    expect(run([-1e30, 1e30], 0.5, [0, 0])).toEqual({ flag: 1, h: 0.5 });
    expect(run([1e30, 1e30], 0.5, [0, 0])).toEqual({ flag: 1, h: 1 });
  });

  it("keeps the old state at a masked step, whatever its input, without a flag", () => {
    expect(run([Number.NaN, Number.NaN], 0.5, [1, 1], { masked: 1 })).toEqual({ flag: 1, h: 0.5 });
  });
});

/**
 * The twins of the plain RNN against its equation typed a second time, unit by unit, and their gradients against central
 * differences in Float64: pre-activations, U, bu, the initial state and the total dL/dh of every state. In both
 * directions, with masks and dropout, and in pieces.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { rnnBackwardTwin } from "./rnn-backward.ts";
import { rnnForwardTwin } from "./rnn-forward.ts";
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
  readonly activation: number;
}

const CASES = [...SEQUENCE_CASES, ...DROPPED_CASES].flatMap(([title, c]) => [
  [`tanh, ${title}`, { ...c, activation: 0 }] as const,
  [`ReLU, ${title}`, { ...c, activation: 1 }] as const,
]);

function createInputs(c: SequenceCase) {
  const { T, B, H } = c;
  return {
    a: seededArray("a", T * B * H),
    h0: seededArray("h0", B * H),
    U: seededArray("U", H * H),
    bu: seededArray("bu", H),
    mask: maskOf(c),
    g: upstreamOf(c),
  };
}

type Inputs = ReturnType<typeof createInputs>;

/** Forward constants of the whole sequence, or of the steps in `range`. */
const numbersOf = (c: Case, range: object) => ({ ...c, ...wholeSequence(c), ...range, flagBit: FLAG });

/** The steps of each range, one call for each. */
function runForward(c: Case, { a, h0, U, bu, mask }: Inputs, ranges: readonly object[] = [{}], h = startOf(c, h0)) {
  const flags = new Uint32Array(1);
  for (const range of ranges) rnnForwardTwin({ h, record: a, U, bu, mask, key, flags }, numbersOf(c, range));
  return { h, flags };
}

/** L = Σ g⊙h over all states but the initial one. */
function lossOf({ g }: Inputs, h: Float64Array): number {
  return h.reduce((sum, value, i) => sum + value * (g[i] ?? Number.NaN), 0);
}

function runBackward(c: Case, inputs: Inputs, ranges: readonly object[] = [{}]) {
  const { h } = runForward(c, inputs);
  // What the record holds before must not matter.
  const record = new Float64Array(c.T * c.B * c.H).fill(Number.NaN);
  const dh = withGarbage(c, inputs.g);
  for (const range of ranges) {
    rnnBackwardTwin({ h, record, U: inputs.U, mask: inputs.mask, key, dh }, numbersOf(c, range));
  }
  return { h, record, dh };
}

/** h_j = φ(a_j + bu_j + Σ_k h'_k U_kj), one unit at a time. */
function computeByUnit(c: Case, { a, h0, U, bu, mask }: Inputs): Float64Array {
  const { B, H } = c;
  const units = Array.from({ length: H }, (_, j) => j);
  const h = startOf(c, h0);
  const factors = stateFactors(c);
  for (const { t, old, next } of stepsInOrder(c)) {
    for (let b = 0; b < B; b++) {
      const state = [...h.slice((old * B + b) * H, (old * B + b + 1) * H)];
      const inside = state.map((value, j) => value * (factors[b * H + j] ?? Number.NaN));
      const sums = units.map((j) => {
        const own = (a[((t - 1) * B + b) * H + j] ?? Number.NaN) + (bu[j] ?? Number.NaN);
        return inside.reduce((sum, value, k) => sum + value * (U[k * H + j] ?? Number.NaN), own);
      });
      const fresh = sums.map((x) => (c.activation === 1 ? Math.max(0, x) : Math.tanh(x)));
      h.set(mask[(t - 1) * B + b] === 0 ? state : fresh, (next * B + b) * H);
    }
  }
  return h;
}

describe.each(CASES)("rnn, %s", (_title, c) => {
  const { T, B, H } = c;
  const inputs = createInputs(c);

  it("computes the equation", () => {
    const { h, flags } = runForward(c, inputs);
    assertClose("h", h, computeByUnit(c, inputs), 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates it", () => {
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(inputs, runForward(c, inputs).h);
    assertClose("da", record, differentiate(loss, inputs.a));
    const dU = new Float64Array(H * H);
    const dbu = new Float64Array(H);
    const sum = { N: T * B, C: H, rightOffset: 0, rightStride: H, outOffset: 0 };
    weightGradientTwin(
      { left: operandOf(c, h), right: record, dW: dU },
      { ...sum, D: H, leftOffset: 0, leftStride: H, outStride: H },
    );
    biasGradientTwin({ right: record, db: dbu }, sum);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    assertClose("dbu", dbu, differentiate(loss, inputs.bu));
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

describe("rnn-forward, not finite", () => {
  const whole = {
    activation: 0,
    reverse: 0,
    masked: 0,
    dropped: 0,
    rate: 0,
    site: 0,
    fromStep: 1,
    toStep: 1,
    flagBit: FLAG,
  };
  const run = (a: number, h0: number, U: number, changes = {}) => {
    const flags = new Uint32Array([1]);
    const h = Float32Array.of(h0, 0);
    const weights = { U: Float32Array.of(U), bu: new Float32Array(1), mask: new Float32Array(1), key };
    rnnForwardTwin({ h, record: Float32Array.of(a), ...weights, flags }, { T: 1, B: 1, H: 1, ...whole, ...changes });
    return { flag: flags[0], h: h[1] };
  };

  it("raises the flag for infinity and for an overflow of f32, although tanh is finite there", () => {
    expect(run(Number.POSITIVE_INFINITY, 0, 0)).toEqual({ flag: 1 | FLAG, h: 1 });
    expect(run(3e38, 4, 3e38)).toEqual({ flag: 1 | FLAG, h: 1 });
  });

  it("raises no flag far in saturation", () => {
    expect(run(-1e30, 0, 0)).toEqual({ flag: 1, h: -1 });
  });

  it("keeps the old state at a masked step, whatever its input, without a flag", () => {
    expect(run(Number.NaN, 0.5, 1, { masked: 1 })).toEqual({ flag: 1, h: 0.5 });
  });
});

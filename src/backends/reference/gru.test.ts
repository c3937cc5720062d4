/**
 * The GRU twins against equations typed a second time, unit by unit, and their gradients against central differences in
 * Float64: pre-activations, U, bu, the initial state and the total dL/dh of every state. In both forms and directions,
 * with masks and dropout, and in pieces.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { gruBackwardTwin } from "./gru-backward.ts";
import { gruForwardTwin } from "./gru-forward.ts";
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

interface Case extends SequenceCase {
  readonly reset: number;
  readonly activation: number;
}

/** Both forms and activations in every case of a sequence. */
const cases = [0, 1, 2, 3].flatMap((bits) =>
  [...SEQUENCE_CASES, ...DROPPED_CASES].map(([title, sequence]): [string, Case] => {
    const c = { ...sequence, reset: bits & 1, activation: bits >> 1 };
    return [`${c.reset ? "after" : "before"}, ${c.activation ? "ReLU" : "tanh"}, ${title}`, c];
  }),
);

const key = DROPOUT_KEY;

/** Parameters, pre-activations [T, B, 4, H] with garbage in slot 3, initial state and upstream gradient. */
function createInputs(c: Case) {
  const { T, B, H } = c;
  return {
    a: seededArray("a", T * B * 4 * H),
    h0: seededArray("h0", B * H),
    U: seededArray("U", H * 3 * H),
    bu: seededArray("bu", 3 * H),
    mask: maskOf(c),
    g: upstreamOf(c),
  };
}

type Inputs = ReturnType<typeof createInputs>;

/** Constants of the whole sequence, or of the part in `range`. */
const numbersOf = (c: Case, range: object) => ({ ...c, ...wholeSequence(c), ...range, flagBit: FLAG });

/** The steps of each range, one call for each. */
function runForward(c: Case, inputs: Inputs, ranges: readonly object[] = [{}], h = startOf(c, inputs.h0)) {
  const { a, U, bu, mask } = inputs;
  const record = a.slice();
  const flags = new Uint32Array(1);
  for (const range of ranges) gruForwardTwin({ h, record, U, bu, mask, key, flags }, numbersOf(c, range));
  return { h, record, flags };
}

/** L = Σ g⊙h over all states but the initial one. */
function lossOf({ g }: Inputs, h: Float64Array): number {
  return h.reduce((sum, value, i) => sum + value * (g[i] ?? Number.NaN), 0);
}

function runBackward(c: Case, inputs: Inputs, ranges: readonly object[] = [{}]) {
  const { h, record } = runForward(c, inputs);
  const { U, mask } = inputs;
  const dh = withGarbage(c, inputs.g);
  for (const range of ranges) gruBackwardTwin({ h, record, U, mask, key, dh }, numbersOf(c, range));
  return { h, record, dh };
}

/** dU and dbu by the operand table: slots 0, 1 with h'; the candidate from s and slot 2, or from h' and slot 3. */
function sumGradients(c: Case, h: Float64Array, record: Float64Array) {
  const { T, B, H, reset } = c;
  const N = T * B;
  const dU = new Float64Array(H * 3 * H).fill(Number.NaN);
  const dbu = new Float64Array(3 * H).fill(Number.NaN);
  const operand = operandOf(c, h);
  const product = { N, D: H, outStride: 3 * H, rightStride: 4 * H };
  weightGradientTwin(
    { left: operand, right: record, dW: dU },
    { ...product, C: 2 * H, leftOffset: 0, leftStride: H, rightOffset: 0, outOffset: 0 },
  );
  weightGradientTwin(
    { left: reset === 0 ? record : operand, right: record, dW: dU },
    {
      ...product,
      C: H,
      leftOffset: reset === 0 ? 3 * H : 0,
      leftStride: reset === 0 ? 4 * H : H,
      rightOffset: reset === 0 ? 2 * H : 3 * H,
      outOffset: 2 * H,
    },
  );
  const column = { N, rightStride: 4 * H };
  biasGradientTwin({ right: record, db: dbu }, { ...column, C: 2 * H, rightOffset: 0, outOffset: 0 });
  biasGradientTwin({ right: record, db: dbu }, { ...column, C: H, rightOffset: 3 * H, outOffset: 2 * H });
  return { dU, dbu };
}

describe.each(cases)("gru, reset %s", (_title, c) => {
  const { T, B, H } = c;
  const inputs = createInputs(c);

  it("computes the equations", () => {
    const { h, record, flags } = runForward(c, inputs);
    const expected = computeByUnit(c, inputs);
    assertClose("h", h, expected.h, 1e-14);
    assertClose("record", record, expected.record, 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(inputs, runForward(c, inputs).h);
    const da = differentiate(loss, inputs.a);
    for (let row = 0; row < T * B; row++) {
      const slots = [row * 4 * H, row * 4 * H + 3 * H] as const;
      assertClose(`da of row ${row}`, record.slice(...slots), da.slice(...slots));
    }
    const { dU, dbu } = sumGradients(c, h, record);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    if (c.reset === 1) assertClose("dbu", dbu, differentiate(loss, inputs.bu));
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

/** The equations once more, one unit at a time, with gates as functions instead of slots. */
function computeByUnit(c: Case, { a, h0, U, bu, mask }: Inputs) {
  const { T, B, H, reset, activation } = c;
  const h = startOf(c, h0);
  const record = new Float64Array(T * B * 4 * H);
  const factors = stateFactors(c);
  const number = (array: Float64Array, i: number) => array[i] ?? Number.NaN;
  const units = Array.from({ length: H }, (_, j) => j);
  for (const { t, old: oldRow, next } of stepsInOrder(c)) {
    for (let b = 0; b < B; b++) {
      const row = (t - 1) * B + b;
      const old = units.map((j) => number(h, (oldRow * B + b) * H + j));
      const inside = units.map((j) => (old[j] ?? 0) * number(factors, b * H + j));
      const pre = (gate: number, j: number) => number(a, (row * 4 + gate) * H + j);
      const dot = (left: number[], gate: number, j: number) =>
        left.reduce((sum, value, k) => sum + value * number(U, k * 3 * H + gate * H + j), 0);
      const bias = (gate: number, j: number) => (reset === 1 ? number(bu, gate * H + j) : 0);
      const gateOf = (gate: number) =>
        units.map((j) => 1 / (1 + Math.exp(-(pre(gate, j) + dot(inside, gate, j) + bias(gate, j)))));
      const z = gateOf(0);
      const r = gateOf(1);
      const s = units.map((j) => (r[j] ?? 0) * (inside[j] ?? 0));
      const q = units.map((j) => dot(inside, 2, j) + bias(2, j));
      const n = units.map((j) => {
        const x = pre(2, j) + (reset === 0 ? dot(s, 2, j) : (r[j] ?? 0) * (q[j] ?? 0));
        return activation === 1 ? Math.max(0, x) : Math.tanh(x);
      });
      const mixed = units.map((j) => (old[j] ?? 0) + (z[j] ?? 0) * ((n[j] ?? 0) - (old[j] ?? 0)));
      const left = mask[row] === 0;
      h.set(left ? old : mixed, (next * B + b) * H);
      // A masked step leaves zeros in its record.
      if (!left) for (const [i, slot] of [z, r, n, reset === 0 ? s : q].entries()) record.set(slot, (row * 4 + i) * H);
    }
  }
  return { h, record };
}

/** Constants of T steps without anything special. */
function played(T: number) {
  return { reverse: 0, masked: 0, fromStep: 1, toStep: T, dropped: 0, rate: 0, site: 0 };
}

describe("gru-forward, not finite", () => {
  const sizes = { ...{ T: 2, B: 1, H: 1, activation: 0, flagBit: FLAG }, ...played(2) };
  const masks = { mask: new Float32Array(2), key };

  it.each([
    { reset: 0, slot: 0 },
    { reset: 0, slot: 1 },
    { reset: 0, slot: 2 },
    { reset: 1, slot: 0 },
    { reset: 1, slot: 1 },
    { reset: 1, slot: 2 },
  ])(
    "raises the flag for Infinity in slot $slot, reset $reset, although σ and tanh are finite there",
    ({ reset, slot }) => {
      const record = new Float32Array(8);
      record[4 + slot] = Number.POSITIVE_INFINITY;
      const flags = new Uint32Array([1]);
      const h = new Float32Array(3);
      const tensors = { h, record, U: new Float32Array(3), bu: new Float32Array(3), flags, ...masks };
      gruForwardTwin(tensors, { ...sizes, reset });
      expect(flags[0]).toBe(1 | FLAG);
      expect(Number.isFinite(h[2])).toBe(true);
    },
  );

  it.each([0, 1, 2])("raises the flag where gate %i overflows f32 although its sum is finite in doubles", (gate) => {
    const record = new Float32Array(8);
    record[gate] = 3e38;
    const U = new Float32Array(3);
    U[gate] = 3e38;
    const tensors = { h: new Float32Array([4, 0, 0]), record, U, bu: new Float32Array(3), ...masks };
    for (const reset of [0, 1]) {
      const flags = new Uint32Array(1);
      gruForwardTwin({ ...tensors, record: record.slice(), flags }, { ...sizes, ...played(1), T: 1, reset });
      expect(flags[0]).toBe(FLAG);
    }
  });

  it("raises no flag for pre-activations far in saturation", () => {
    const record = new Float32Array([1e30, -1e30, 1e30, 0, -1e30, 1e30, -1e30, 0]);
    const flags = new Uint32Array(1);
    const h = new Float32Array([0.5, 0, 0]);
    const tensors = { h, record, U: new Float32Array(3), bu: new Float32Array(3), flags, ...masks };
    gruForwardTwin(tensors, { ...sizes, reset: 0 });
    expect(flags[0]).toBe(0);
    // z = 1 writes n = tanh(1e30) = 1; then z = 0 keeps it.
    expect([...h]).toEqual([0.5, 1, 1]);
  });

  it.each([0, 1])("keeps the old state at a masked step, whatever its input, without a flag, reset %i", (reset) => {
    const record = new Float32Array(4).fill(Number.NaN);
    const flags = new Uint32Array(1);
    const h = Float32Array.of(0.5, 0);
    const tensors = { h, record, U: new Float32Array(3), bu: new Float32Array(3), flags, ...masks };
    gruForwardTwin(tensors, { ...sizes, ...played(1), T: 1, reset, masked: 1 });
    expect([...h, ...record, ...flags]).toEqual([0.5, 0.5, 0, 0, 0, 0, 0]);
  });
});

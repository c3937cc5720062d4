/**
 * The GRU twins against equations typed a second time, unit by unit, and their gradients against central differences in
 * Float64: pre-activations, U, bu, the initial state and the total dL/dh_t of every step.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { gruBackwardTwin } from "./gru-backward.ts";
import { gruForwardTwin } from "./gru-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

interface Case {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly reset: number;
  readonly activation: number;
  readonly upstream: number;
}

const FLAG = 4;

/** Every form, activation and kind of upstream, at sizes without a common factor and with every extent 1. */
const cases: [string, Case][] = [
  { T: 5, B: 2, H: 3 },
  { T: 1, B: 1, H: 1 },
].flatMap((sizes) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits): [string, Case] => {
    const c = { ...sizes, reset: bits & 1, activation: (bits >> 1) & 1, upstream: (bits >> 2) & 1 };
    const form = `${c.reset ? "after" : "before"}, ${c.activation ? "ReLU" : "tanh"}`;
    return [`${form}, upstream ${c.upstream}, T ${c.T}, B ${c.B}, H ${c.H}`, c];
  }),
);

/** Parameters, pre-activations [T, B, 4, H] with garbage in slot 3, initial state and upstream gradient [T+1, B, H]. */
function createInputs({ T, B, H, upstream }: Case) {
  const g = seededArray("g", (T + 1) * B * H);
  if (upstream === 0) g.fill(0, 0, T * B * H);
  g.fill(0, 0, B * H);
  return {
    a: seededArray("a", T * B * 4 * H),
    h0: seededArray("h0", B * H),
    U: seededArray("U", H * 3 * H),
    bu: seededArray("bu", 3 * H),
    g,
  };
}

type Inputs = ReturnType<typeof createInputs>;

function runForward(c: Case, inputs: Inputs, from = 0) {
  const { B, H } = c;
  const T = c.T - from;
  const h = new Float64Array((T + 1) * B * H);
  h.set(inputs.h0);
  const record = inputs.a.slice(from * B * 4 * H);
  const flags = new Uint32Array(1);
  gruForwardTwin({ h, record, U: inputs.U, bu: inputs.bu, flags }, { ...c, T, flagBit: FLAG });
  return { h, record, flags };
}

/** L = Σ g⊙h over the states after `from`. */
function lossOf(c: Case, inputs: Inputs, from = 0): number {
  const { h } = runForward(c, inputs, from);
  const start = from * c.B * c.H;
  return h.reduce((sum, value, i) => sum + (i < c.B * c.H ? 0 : value * (inputs.g[start + i] ?? Number.NaN)), 0);
}

function runBackward(c: Case, inputs: Inputs) {
  const { h, record } = runForward(c, inputs);
  // What the contract calls garbage must not matter: dh[0] always, and dh[1…T−1] without upstream.
  const dh = inputs.g.slice();
  dh.fill(1e3, 0, c.B * c.H * (c.upstream === 0 ? c.T : 1));
  gruBackwardTwin({ h, record, U: inputs.U, dh }, c);
  return { h, record, dh };
}

/** dU and dbu by the operand table: slots 0, 1 with h'; the candidate from s and slot 2, or from h' and slot 3. */
function sumGradients({ T, B, H, reset }: Case, h: Float64Array, record: Float64Array) {
  const N = T * B;
  const dU = new Float64Array(H * 3 * H).fill(Number.NaN);
  const dbu = new Float64Array(3 * H).fill(Number.NaN);
  const product = { N, D: H, outStride: 3 * H, rightStride: 4 * H };
  weightGradientTwin(
    { left: h, right: record, dW: dU },
    { ...product, C: 2 * H, leftOffset: 0, leftStride: H, rightOffset: 0, outOffset: 0 },
  );
  weightGradientTwin(
    { left: reset === 0 ? record : h, right: record, dW: dU },
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
  it("computes the equations", () => {
    const inputs = createInputs(c);
    const { h, record, flags } = runForward(c, inputs);
    const expected = computeByUnit(c, inputs);
    assertClose("h", h, expected.h, 1e-14);
    assertClose("record", record, expected.record, 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const { T, B, H } = c;
    const inputs = createInputs(c);
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(c, inputs);
    const da = differentiate(loss, inputs.a);
    for (let row = 0; row < T * B; row++) {
      const slots = [row * 4 * H, row * 4 * H + 3 * H] as const;
      assertClose(`da of row ${row}`, record.slice(...slots), da.slice(...slots));
    }
    const { dU, dbu } = sumGradients(c, h, record);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    if (c.reset === 1) assertClose("dbu", dbu, differentiate(loss, inputs.bu));
    assertClose("dh[0]", dh.slice(0, B * H), differentiate(loss, inputs.h0));
  });

  it("leaves the total dL/dh_t in dh", () => {
    const { T, B, H } = c;
    const inputs = createInputs(c);
    const { h, dh } = runBackward(c, inputs);
    for (let t = 1; t <= T; t++) {
      const state = h.slice(t * B * H, (t + 1) * B * H);
      const own = inputs.g.slice(t * B * H, (t + 1) * B * H);
      const rest = differentiate(() => lossOf(c, { ...inputs, h0: state }, t), state);
      assertClose(
        `dh[${t}]`,
        dh.slice(t * B * H, (t + 1) * B * H),
        rest.map((value, i) => value + (own[i] ?? Number.NaN)),
      );
    }
  });
});

/** The equations once more, one unit at a time, with gates as functions instead of slots. */
function computeByUnit({ T, B, H, reset, activation }: Case, { a, h0, U, bu }: Inputs) {
  const h = new Float64Array((T + 1) * B * H);
  h.set(h0);
  const record = new Float64Array(T * B * 4 * H);
  const number = (array: Float64Array, i: number) => array[i] ?? Number.NaN;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const units = Array.from({ length: H }, (_, j) => j);
      const old = units.map((j) => number(h, (t * B + b) * H + j));
      const pre = (gate: number, j: number) => number(a, ((t * B + b) * 4 + gate) * H + j);
      const dot = (left: number[], gate: number, j: number) =>
        left.reduce((sum, value, k) => sum + value * number(U, k * 3 * H + gate * H + j), 0);
      const bias = (gate: number, j: number) => (reset === 1 ? number(bu, gate * H + j) : 0);
      const gateOf = (gate: number) =>
        units.map((j) => 1 / (1 + Math.exp(-(pre(gate, j) + dot(old, gate, j) + bias(gate, j)))));
      const z = gateOf(0);
      const r = gateOf(1);
      const s = units.map((j) => (r[j] ?? 0) * (old[j] ?? 0));
      const q = units.map((j) => dot(old, 2, j) + bias(2, j));
      const n = units.map((j) => {
        const x = pre(2, j) + (reset === 0 ? dot(s, 2, j) : (r[j] ?? 0) * (q[j] ?? 0));
        return activation === 1 ? Math.max(0, x) : Math.tanh(x);
      });
      [z, r, n, reset === 0 ? s : q].forEach((slot, i) => {
        record.set(slot, ((t * B + b) * 4 + i) * H);
      });
      h.set(
        units.map((j) => (old[j] ?? 0) + (z[j] ?? 0) * ((n[j] ?? 0) - (old[j] ?? 0))),
        ((t + 1) * B + b) * H,
      );
    }
  }
  return { h, record };
}

describe("gru-forward, not finite", () => {
  const sizes = { T: 2, B: 1, H: 1, activation: 0, flagBit: FLAG } as const;

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
      gruForwardTwin({ h, record, U: new Float32Array(3), bu: new Float32Array(3), flags }, { ...sizes, reset });
      expect(flags[0]).toBe(1 | FLAG);
      expect(Number.isFinite(h[2])).toBe(true);
    },
  );

  it.each([0, 1, 2])("raises the flag where gate %i overflows f32 although its sum is finite in doubles", (gate) => {
    const record = new Float32Array(8);
    record[gate] = 3e38;
    const U = new Float32Array(3);
    U[gate] = 3e38;
    const tensors = { h: new Float32Array([4, 0, 0]), record, U, bu: new Float32Array(3) };
    for (const reset of [0, 1]) {
      const flags = new Uint32Array(1);
      gruForwardTwin({ ...tensors, record: record.slice(), flags }, { ...sizes, T: 1, reset });
      expect(flags[0]).toBe(FLAG);
    }
  });

  it("raises no flag for pre-activations far in saturation", () => {
    const record = new Float32Array([1e30, -1e30, 1e30, 0, -1e30, 1e30, -1e30, 0]);
    const flags = new Uint32Array(1);
    const h = new Float32Array([0.5, 0, 0]);
    gruForwardTwin({ h, record, U: new Float32Array(3), bu: new Float32Array(3), flags }, { ...sizes, reset: 0 });
    expect(flags[0]).toBe(0);
    // z = 1 writes n = tanh(1e30) = 1; then z = 0 keeps it.
    expect([...h]).toEqual([0.5, 1, 1]);
  });
});

/**
 * The twins of the plain RNN against its equation typed a second time, unit by unit, and their gradients against central
 * differences in Float64: pre-activations, U, bu, the initial state and the total dL/dh_t of every step.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { rnnBackwardTwin } from "./rnn-backward.ts";
import { rnnForwardTwin } from "./rnn-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

interface Case {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly activation: number;
  readonly upstream: number;
}

const FLAG = 4;

const cases: [string, Case][] = [
  { T: 5, B: 2, H: 3 },
  { T: 1, B: 1, H: 1 },
].flatMap((sizes) =>
  [0, 1, 2, 3].map((bits): [string, Case] => {
    const c = { ...sizes, activation: bits & 1, upstream: (bits >> 1) & 1 };
    return [`${c.activation ? "ReLU" : "tanh"}, upstream ${c.upstream}, T ${c.T}, B ${c.B}, H ${c.H}`, c];
  }),
);

function createInputs({ T, B, H, upstream }: Case) {
  const g = seededArray("g", (T + 1) * B * H);
  if (upstream === 0) g.fill(0, 0, T * B * H);
  g.fill(0, 0, B * H);
  const a = seededArray("a", T * B * H);
  return { a, h0: seededArray("h0", B * H), U: seededArray("U", H * H), bu: seededArray("bu", H), g };
}

type Inputs = ReturnType<typeof createInputs>;

function runForward(c: Case, { a, h0, U, bu }: Inputs, from = 0) {
  const { B, H } = c;
  const T = c.T - from;
  const h = new Float64Array((T + 1) * B * H);
  h.set(h0);
  const flags = new Uint32Array(1);
  rnnForwardTwin({ h, record: a.slice(from * B * H), U, bu, flags }, { ...c, T, flagBit: FLAG });
  return { h, flags };
}

/** L = Σ g⊙h over the states after `from`. */
function lossOf(c: Case, inputs: Inputs, from = 0): number {
  const { h } = runForward(c, inputs, from);
  const start = from * c.B * c.H;
  return h.reduce((sum, value, i) => sum + (i < c.B * c.H ? 0 : value * (inputs.g[start + i] ?? Number.NaN)), 0);
}

function runBackward(c: Case, inputs: Inputs) {
  const { h } = runForward(c, inputs);
  // What the contract calls garbage must not matter: the record, dh[0] always, and dh[1…T−1] without upstream.
  const record = new Float64Array(c.T * c.B * c.H).fill(Number.NaN);
  const dh = inputs.g.slice();
  dh.fill(1e3, 0, c.B * c.H * (c.upstream === 0 ? c.T : 1));
  rnnBackwardTwin({ h, record, U: inputs.U, dh }, c);
  return { h, record, dh };
}

/** h_j = φ(a_j + bu_j + Σ_k h'_k U_kj), one unit at a time. */
function computeByUnit({ T, B, H, activation }: Case, { a, h0, U, bu }: Inputs): Float64Array {
  const rows: number[][] = Array.from({ length: B }, (_, b) => [...h0.slice(b * H, (b + 1) * H)]);
  const h = [...h0];
  const units = Array.from({ length: H }, (_, j) => j);
  for (let t = 0; t < T; t++) {
    rows.forEach((old, b) => {
      const pre = units.map((j) =>
        old.reduce((sum, value, k) => sum + value * (U[k * H + j] ?? Number.NaN), bu[j] ?? 0),
      );
      const sums = pre.map((value, j) => value + (a[(t * B + b) * H + j] ?? Number.NaN));
      rows[b] = sums.map((x) => (activation === 1 ? Math.max(0, x) : Math.tanh(x)));
      h.push(...(rows[b] ?? []));
    });
  }
  return Float64Array.from(h);
}

describe.each(cases)("rnn, %s", (_title, c) => {
  const { T, B, H } = c;

  it("computes the equation", () => {
    const inputs = createInputs(c);
    const { h, flags } = runForward(c, inputs);
    assertClose("h", h, computeByUnit(c, inputs), 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates it", () => {
    const inputs = createInputs(c);
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(c, inputs);
    assertClose("da", record, differentiate(loss, inputs.a));
    const dU = new Float64Array(H * H);
    const dbu = new Float64Array(H);
    const sum = { N: T * B, C: H, rightOffset: 0, rightStride: H, outOffset: 0 };
    weightGradientTwin(
      { left: h, right: record, dW: dU },
      { ...sum, D: H, leftOffset: 0, leftStride: H, outStride: H },
    );
    biasGradientTwin({ right: record, db: dbu }, sum);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    assertClose("dbu", dbu, differentiate(loss, inputs.bu));
    assertClose("dh[0]", dh.slice(0, B * H), differentiate(loss, inputs.h0));
  });

  it("leaves the total dL/dh_t in dh", () => {
    const inputs = createInputs(c);
    const { h, dh } = runBackward(c, inputs);
    for (let t = 1; t <= T; t++) {
      const at = [t * B * H, (t + 1) * B * H] as const;
      const state = h.slice(...at);
      const own = inputs.g.slice(...at);
      const rest = differentiate(() => lossOf(c, { ...inputs, h0: state }, t), state);
      const total = rest.map((value, i) => value + (own[i] ?? Number.NaN));
      assertClose(`dh[${t}]`, dh.slice(...at), total);
    }
  });
});

describe("rnn-forward, not finite", () => {
  const numbers = { T: 1, B: 1, H: 1, activation: 0, flagBit: FLAG };
  const run = (a: number, h0: number, U: number) => {
    const flags = new Uint32Array([1]);
    const record = Float32Array.of(a);
    const h = Float32Array.of(h0, 0);
    rnnForwardTwin({ h, record, U: Float32Array.of(U), bu: new Float32Array(1), flags }, numbers);
    return { flag: flags[0], h: h[1] };
  };

  it("raises the flag for infinity and for an overflow of f32, although tanh is finite there", () => {
    expect(run(Number.POSITIVE_INFINITY, 0, 0)).toEqual({ flag: 1 | FLAG, h: 1 });
    expect(run(3e38, 4, 3e38)).toEqual({ flag: 1 | FLAG, h: 1 });
  });

  it("raises no flag far in saturation", () => {
    expect(run(-1e30, 0, 0)).toEqual({ flag: 1, h: -1 });
  });
});

/**
 * The LSTM twins against the equations typed a second time, unit by unit, and their gradients against central differences
 * in Float64: pre-activations, U, bu, both initial states, and the total dL/dh_t and dL/dc_t of every step.
 */
import { describe, expect, it } from "vitest";
import { biasGradientTwin } from "./bias-gradient.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { lstmBackwardTwin } from "./lstm-backward.ts";
import { lstmForwardTwin } from "./lstm-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

interface Case {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly upstream: number;
  readonly cellUpstream: number;
}

const FLAG = 4;

const cases: [string, Case][] = [
  { T: 5, B: 2, H: 3 },
  { T: 1, B: 1, H: 1 },
].flatMap((sizes) =>
  [0, 1, 2, 3].map((bits): [string, Case] => {
    const c = { ...sizes, upstream: bits & 1, cellUpstream: (bits >> 1) & 1 };
    return [`upstream ${c.upstream}, of the cell ${c.cellUpstream}, T ${c.T}, B ${c.B}, H ${c.H}`, c];
  }),
);

/** Upstream g [T+1, B, H] of h and gc [B, H] of the last c, besides the inputs of the forward pass. */
function createInputs({ T, B, H, upstream, cellUpstream }: Case) {
  const g = seededArray("g", (T + 1) * B * H);
  if (upstream === 0) g.fill(0, 0, T * B * H);
  g.fill(0, 0, B * H);
  return {
    a: seededArray("a", T * B * 4 * H),
    h0: seededArray("h0", B * H),
    c0: seededArray("c0", B * H),
    U: seededArray("U", H * 4 * H),
    bu: seededArray("bu", 4 * H),
    g,
    gc: cellUpstream === 1 ? seededArray("gc", B * H) : new Float64Array(B * H),
  };
}

type Inputs = ReturnType<typeof createInputs>;

function runForward(sizes: Case, { a, h0, c0, U, bu }: Inputs, from = 0) {
  const { B, H } = sizes;
  const T = sizes.T - from;
  const h = new Float64Array((T + 1) * B * H);
  const c = new Float64Array((T + 1) * B * H);
  h.set(h0);
  c.set(c0);
  const record = a.slice(from * B * 4 * H);
  const flags = new Uint32Array(1);
  lstmForwardTwin({ h, c, record, U, bu, flags }, { ...sizes, T, flagBit: FLAG });
  return { h, c, record, flags };
}

/** L = Σ g⊙h over the states after `from`, + Σ gc⊙c_T. */
function lossOf(sizes: Case, inputs: Inputs, from = 0): number {
  const { h, c } = runForward(sizes, inputs, from);
  const state = sizes.B * sizes.H;
  const start = from * state;
  const last = c.slice(-state).reduce((sum, value, i) => sum + value * (inputs.gc[i] ?? Number.NaN), 0);
  return h.reduce((sum, value, i) => sum + (i < state ? 0 : value * (inputs.g[start + i] ?? Number.NaN)), last);
}

function runBackward(sizes: Case, inputs: Inputs) {
  const { T, B, H, upstream, cellUpstream } = sizes;
  const { h, c, record } = runForward(sizes, inputs);
  // What the contract calls garbage must not matter: dh[0] always, dh[1…T−1] without upstream, dc but for an upstream dc[T].
  const dh = inputs.g.slice();
  dh.fill(1e3, 0, B * H * (upstream === 0 ? T : 1));
  const dc = new Float64Array((T + 1) * B * H).fill(1e3);
  if (cellUpstream === 1) dc.set(inputs.gc, T * B * H);
  lstmBackwardTwin({ c, record, U: inputs.U, dh, dc }, sizes);
  return { h, c, record, dh, dc };
}

/** The equations once more, with gates as lists of units instead of slots. */
function computeByUnit({ T, B, H }: Case, { a, h0, c0, U, bu }: Inputs) {
  const units = Array.from({ length: H }, (_, j) => j);
  const rows = Array.from({ length: B }, (_, b) => ({
    h: [...h0.slice(b * H, (b + 1) * H)],
    c: [...c0.slice(b * H, (b + 1) * H)],
  }));
  const [h, c, record]: number[][] = [[...h0], [...c0], []];
  for (let t = 0; t < T; t++) {
    rows.forEach((row, b) => {
      const pre = (gate: number) =>
        units.map((j) => {
          const column = gate * H + j;
          const own = (a[(t * B + b) * 4 * H + column] ?? Number.NaN) + (bu[column] ?? Number.NaN);
          return row.h.reduce((sum, value, k) => sum + value * (U[k * 4 * H + column] ?? Number.NaN), own);
        });
      const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
      const [i, f, g, o] = [pre(0).map(sigmoid), pre(1).map(sigmoid), pre(2).map(Math.tanh), pre(3).map(sigmoid)];
      row.c = row.c.map((old, j) => (f[j] ?? 0) * old + (i[j] ?? 0) * (g[j] ?? 0));
      row.h = row.c.map((cell, j) => (o[j] ?? 0) * Math.tanh(cell));
      record?.push(...i, ...f, ...g, ...o);
      h?.push(...row.h);
      c?.push(...row.c);
    });
  }
  return { h: Float64Array.from(h ?? []), c: Float64Array.from(c ?? []), record: Float64Array.from(record ?? []) };
}

describe.each(cases)("lstm, %s", (_title, sizes) => {
  const { T, B, H } = sizes;
  const inputs = createInputs(sizes);

  it("computes the equations", () => {
    const { h, c, record, flags } = runForward(sizes, inputs);
    const expected = computeByUnit(sizes, inputs);
    assertClose("h", h, expected.h, 1e-14);
    assertClose("c", c, expected.c, 1e-14);
    assertClose("record", record, expected.record, 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const { h, record, dh, dc } = runBackward(sizes, inputs);
    const loss = () => lossOf(sizes, inputs);
    assertClose("da", record, differentiate(loss, inputs.a));
    const C = 4 * H;
    const dU = new Float64Array(H * C);
    const dbu = new Float64Array(C);
    const sum = { N: T * B, C, rightOffset: 0, rightStride: C, outOffset: 0 };
    weightGradientTwin(
      { left: h, right: record, dW: dU },
      { ...sum, D: H, leftOffset: 0, leftStride: H, outStride: C },
    );
    biasGradientTwin({ right: record, db: dbu }, sum);
    assertClose("dU", dU, differentiate(loss, inputs.U));
    assertClose("dbu", dbu, differentiate(loss, inputs.bu));
    assertClose("dh[0]", dh.slice(0, B * H), differentiate(loss, inputs.h0));
    assertClose("dc[0]", dc.slice(0, B * H), differentiate(loss, inputs.c0));
  });

  it("leaves the total dL/dh_t and dL/dc_t in dh and dc", () => {
    const { h, c, dh, dc } = runBackward(sizes, inputs);
    for (let t = 1; t < T; t++) {
      const at = [t * B * H, (t + 1) * B * H] as const;
      const h0 = h.slice(...at);
      const c0 = c.slice(...at);
      const rest = () => lossOf(sizes, { ...inputs, h0, c0 }, t);
      const own = inputs.g.slice(...at);
      const total = differentiate(rest, h0).map((value, i) => value + (own[i] ?? Number.NaN));
      assertClose(`dh[${t}]`, dh.slice(...at), total);
      // What c_t does through h_t of its own step: h = o⊙tanh(c), with o = h / tanh(c).
      const through = c0.map(
        (cell, i) => ((total[i] ?? 0) * (h0[i] ?? 0) * (1 - Math.tanh(cell) ** 2)) / Math.tanh(cell),
      );
      const ofCell = differentiate(rest, c0).map((value, i) => value + (through[i] ?? Number.NaN));
      assertClose(`dc[${t}]`, dc.slice(...at), ofCell);
    }
  });
});

describe("lstm-forward, not finite", () => {
  const run = (a: readonly number[], states: { readonly h: number; readonly c: number }, U: number) => {
    const flags = new Uint32Array([1]);
    const h = Float32Array.of(states.h, 0);
    const c = Float32Array.of(states.c, 0);
    const weights = { U: new Float32Array(4).fill(U), bu: new Float32Array(4) };
    const numbers = { T: 1, B: 1, H: 1, flagBit: FLAG };
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
});

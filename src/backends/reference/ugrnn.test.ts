/**
 * The UGRNN twins against the equations typed a second time, unit by unit, and their gradients against central
 * differences in Float64: pre-activations, U, the initial state and the total dL/dh_t of every step.
 */
import { describe, expect, it } from "vitest";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { ugrnnBackwardTwin } from "./ugrnn-backward.ts";
import { ugrnnForwardTwin } from "./ugrnn-forward.ts";
import { weightGradientTwin } from "./weight-gradient.ts";

interface Case {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly upstream: number;
}

const FLAG = 4;

const cases: [string, Case][] = [
  { T: 5, B: 2, H: 3 },
  { T: 1, B: 1, H: 1 },
].flatMap((sizes) =>
  [0, 1].map((upstream): [string, Case] => {
    const c = { ...sizes, upstream };
    return [`upstream ${upstream}, T ${c.T}, B ${c.B}, H ${c.H}`, c];
  }),
);

function createInputs({ T, B, H, upstream }: Case) {
  const g = seededArray("g", (T + 1) * B * H);
  if (upstream === 0) g.fill(0, 0, T * B * H);
  g.fill(0, 0, B * H);
  return { a: seededArray("a", T * B * 2 * H), h0: seededArray("h0", B * H), U: seededArray("U", H * 2 * H), g };
}

type Inputs = ReturnType<typeof createInputs>;

function runForward(c: Case, { a, h0, U }: Inputs, from = 0) {
  const { B, H } = c;
  const T = c.T - from;
  const h = new Float64Array((T + 1) * B * H);
  h.set(h0);
  const record = a.slice(from * B * 2 * H);
  const flags = new Uint32Array(1);
  ugrnnForwardTwin({ h, record, U, flags }, { ...c, T, flagBit: FLAG });
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
  ugrnnBackwardTwin({ h, record, U: inputs.U, dh }, c);
  return { h, record, dh };
}

/** The equations once more, with gates as lists of units instead of slots. */
function computeByUnit({ T, B, H }: Case, { a, h0, U }: Inputs) {
  const units = Array.from({ length: H }, (_, j) => j);
  const rows = Array.from({ length: B }, (_, b) => [...h0.slice(b * H, (b + 1) * H)]);
  const h = [...h0];
  const record: number[] = [];
  for (let t = 0; t < T; t++) {
    rows.forEach((old, b) => {
      const pre = (gate: number) =>
        units.map((j) => {
          const column = gate * H + j;
          const own = a[(t * B + b) * 2 * H + column] ?? Number.NaN;
          return old.reduce((sum, value, k) => sum + value * (U[k * 2 * H + column] ?? Number.NaN), own);
        });
      const z = pre(0).map((x) => 1 / (1 + Math.exp(-x)));
      const n = pre(1).map(Math.tanh);
      const mixed = old.map((value, j) => value + (z[j] ?? 0) * ((n[j] ?? 0) - value));
      record.push(...z, ...n);
      h.push(...mixed);
      rows[b] = mixed;
    });
  }
  return { h: Float64Array.from(h), record: Float64Array.from(record) };
}

describe.each(cases)("ugrnn, %s", (_title, c) => {
  const { T, B, H } = c;

  it("computes the equations", () => {
    const inputs = createInputs(c);
    const { h, record, flags } = runForward(c, inputs);
    const expected = computeByUnit(c, inputs);
    assertClose("h", h, expected.h, 1e-14);
    assertClose("record", record, expected.record, 1e-14);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const inputs = createInputs(c);
    const { h, record, dh } = runBackward(c, inputs);
    const loss = () => lossOf(c, inputs);
    assertClose("da", record, differentiate(loss, inputs.a));
    const dU = new Float64Array(H * 2 * H);
    const columns = { C: 2 * H, rightOffset: 0, rightStride: 2 * H, outOffset: 0, outStride: 2 * H };
    weightGradientTwin(
      { left: h, right: record, dW: dU },
      { N: T * B, D: H, leftOffset: 0, leftStride: H, ...columns },
    );
    assertClose("dU", dU, differentiate(loss, inputs.U));
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

describe("ugrnn-forward, not finite", () => {
  const numbers = { T: 1, B: 1, H: 1, flagBit: FLAG };
  const run = (a: readonly number[], h0: number, U: readonly number[]) => {
    const flags = new Uint32Array([1]);
    const h = Float32Array.of(h0, 0);
    ugrnnForwardTwin({ h, record: Float32Array.from(a), U: Float32Array.from(U), flags }, numbers);
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
});

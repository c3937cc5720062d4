/**
 * The attention twins: forward against the equations typed a second time, all gradients of the chain score → weights →
 * context against central differences in Float64, with windows inside larger rows, masks with holes, and ranges of steps.
 */
import { describe, expect, it } from "vitest";
import { attentionCollectTwin } from "./attention-collect.ts";
import { attentionContextTwin } from "./attention-context.ts";
import { attentionKeyGradientTwin } from "./attention-key-gradient.ts";
import { attentionQueryGradientTwin } from "./attention-query-gradient.ts";
import { attentionScoreAdditiveTwin } from "./attention-score-additive.ts";
import { attentionScoreDotTwin } from "./attention-score-dot.ts";
import { attentionWeightsTwin } from "./attention-weights.ts";
import { attentionWeightsBackwardTwin } from "./attention-weights-backward.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";

interface Case {
  readonly score: "dot" | "additive";
  readonly T: number;
  readonly B: number;
  readonly S: number;
  readonly D: number;
  /** Width of the values. */
  readonly E: number;
  readonly masked: number;
}

const cases: [string, Case][] = (["dot", "additive"] as const).flatMap((score) =>
  [
    { T: 1, B: 1, S: 1, D: 1, E: 1, masked: 0 },
    { T: 3, B: 2, S: 4, D: 5, E: 3, masked: 0 },
    { T: 2, B: 3, S: 5, D: 2, E: 4, masked: 1 },
  ].map((sizes): [string, Case] => [
    `${score}, T ${sizes.T}, B ${sizes.B}, S ${sizes.S}, masked ${sizes.masked}`,
    { score, ...sizes },
  ]),
);

const SCALE = 0.7;
const FLAG = 4;
/** Rows lie inside larger ones, each tensor with its own gap. */
const GAP = { query: 1, keys: 2, values: 3, out: 2 };
/** Decoder steps in front of those that are played. */
const BEFORE = 2;

function windowsOf({ B, S, D, E }: Case) {
  return {
    query: { queryOffset: BEFORE * B * (D + GAP.query) + 1, queryStride: D + GAP.query },
    keys: { keysOffset: 2, keysStride: D + GAP.keys },
    values: { valuesOffset: 1, valuesStride: E + GAP.values },
    out: { outOffset: BEFORE * B * (E + GAP.out) + 1, outStride: E + GAP.out },
    pairs: { pairsOffset: BEFORE * B * S },
  };
}

function createInputs(c: Case) {
  const { T, B, S, D, E } = c;
  const steps = BEFORE + T;
  // Sequence 0 has a hole, sequence 1 its first step only, sequence 2 nothing at all.
  const mask = new Float64Array(S * B).fill(1);
  if (c.masked === 1)
    for (let s = 0; s < S; s++)
      for (const b of [0, 1, 2]) if (b > 0 || s === 1) mask[s * B + b] = b === 1 && s === 0 ? 1 : 0;
  return {
    query: seededArray("query", 1 + steps * B * (D + GAP.query)),
    keys: seededArray("keys", 2 + S * B * (D + GAP.keys)),
    values: seededArray("values", 1 + S * B * (E + GAP.values)),
    v: seededArray("v", D),
    g: seededArray("g", 1 + steps * B * (E + GAP.out)),
    mask,
  };
}

type Inputs = ReturnType<typeof createInputs>;

function forward(c: Case, { query, keys, values, v, mask }: Inputs) {
  const { T, B, S, D, E, masked } = c;
  const at = windowsOf(c);
  const scores = new Float64Array((BEFORE + T) * B * S);
  const weights = new Float64Array(scores.length);
  const context = new Float64Array(1 + (BEFORE + T) * B * (E + GAP.out));
  const flags = new Uint32Array(1);
  const numbers = { T, B, S, D, ...at.query, ...at.keys, ...at.pairs };
  if (c.score === "dot") attentionScoreDotTwin({ query, keys, scores }, { ...numbers, scale: SCALE });
  else attentionScoreAdditiveTwin({ query, keys, v, scores }, numbers);
  attentionWeightsTwin({ scores, mask, weights, flags }, { T, B, S, ...at.pairs, masked, flagBit: FLAG });
  const sum = { T, B, S, D: E, ...at.pairs, ...at.values, ...at.out, scale: 1 };
  attentionContextTwin({ weights, values, out: context }, sum);
  return { scores, weights, context, flags };
}

/** Elements of the context that the call writes. */
function contextOf(c: Case, rows: Float64Array): number[] {
  const { outOffset, outStride } = windowsOf(c).out;
  return Array.from(
    { length: c.T * c.B * c.E },
    (_, i) => rows[outOffset + Math.floor(i / c.E) * outStride + (i % c.E)] ?? Number.NaN,
  );
}

function lossOf(c: Case, inputs: Inputs): number {
  const g = contextOf(c, inputs.g);
  return contextOf(c, forward(c, inputs).context).reduce((sum, value, i) => sum + value * (g[i] ?? Number.NaN), 0);
}

function backward(c: Case, inputs: Inputs) {
  const { T, B, S, D, E } = c;
  const { query, keys, values, v, g } = inputs;
  const at = windowsOf(c);
  const { weights } = forward(c, inputs);
  const dscores = new Float64Array(weights.length);
  const gradientWindow = { queryOffset: at.out.outOffset, queryStride: at.out.outStride };
  const valuesAsKeys = { keysOffset: at.values.valuesOffset, keysStride: at.values.valuesStride };
  attentionScoreDotTwin(
    { query: g, keys: values, scores: dscores },
    { T, B, S, D: E, ...gradientWindow, ...valuesAsKeys, ...at.pairs, scale: 1 },
  );
  attentionWeightsBackwardTwin({ weights, dscores }, { T, B, S, ...at.pairs });
  const dvalues = new Float64Array(values.length);
  const rows = { rowsOffset: at.out.outOffset, rowsStride: at.out.outStride };
  const into = { outOffset: at.values.valuesOffset, outStride: at.values.valuesStride, accumulate: 0, scale: 1 };
  attentionCollectTwin({ weights, rows: g, out: dvalues }, { T, B, S, D: E, ...at.pairs, ...rows, ...into });
  const dquery = new Float64Array(query.length);
  const dkeys = new Float64Array(keys.length);
  const dvRows = new Float64Array(S * B * D);
  const numbers = { T, B, S, D, ...at.query, ...at.keys, ...at.pairs };
  if (c.score === "additive") {
    attentionQueryGradientTwin({ query, keys, v, dscores, dquery }, numbers);
    attentionKeyGradientTwin({ query, keys, v, dscores, dkeys, dvRows }, numbers);
  } else {
    const { queryOffset, queryStride } = at.query;
    const { keysOffset, keysStride } = at.keys;
    const fromKeys = {
      valuesOffset: keysOffset,
      valuesStride: keysStride,
      outOffset: queryOffset,
      outStride: queryStride,
    };
    const fromQuery = {
      rowsOffset: queryOffset,
      rowsStride: queryStride,
      outOffset: keysOffset,
      outStride: keysStride,
    };
    const sizes = { T, B, S, D, ...at.pairs, scale: SCALE };
    attentionContextTwin({ weights: dscores, values: keys, out: dquery }, { ...sizes, ...fromKeys });
    attentionCollectTwin({ weights: dscores, rows: query, out: dkeys }, { ...sizes, ...fromQuery, accumulate: 0 });
  }
  const dv = Float64Array.from({ length: D }, (_, d) => dvRows.reduce((sum, x, i) => sum + (i % D === d ? x : 0), 0));
  return { dquery, dkeys, dvalues, dv };
}

describe.each(cases)("attention, %s", (_title, c) => {
  const { T, B, S, D, E } = c;

  it("computes the equations", () => {
    const inputs = createInputs(c);
    const { weights, context, flags } = forward(c, inputs);
    const at = windowsOf(c);
    const expected = Array.from({ length: T * B }, (_, n) => {
      const b = n % B;
      const row = (array: Float64Array, start: number, width: number) => [...array.slice(start, start + width)];
      const q = row(inputs.query, at.query.queryOffset + n * at.query.queryStride, D);
      const steps = Array.from({ length: S }, (_unused, s) => s).filter(
        (s) => c.masked === 0 || inputs.mask[s * B + b] === 1,
      );
      const exps = steps.map((s) => {
        const k = row(inputs.keys, 2 + (s * B + b) * at.keys.keysStride, D);
        const terms = q.map((x, d) =>
          c.score === "dot" ? SCALE * x * (k[d] ?? 0) : (inputs.v[d] ?? 0) * Math.tanh(x + (k[d] ?? 0)),
        );
        return Math.exp(terms.reduce((a, x) => a + x, 0));
      });
      const total = exps.reduce((a, x) => a + x, 0);
      const alpha = Array.from({ length: S }, (_unused, s) =>
        steps.includes(s) ? (exps[steps.indexOf(s)] ?? 0) / total : 0,
      );
      const sums = Array.from({ length: E }, (_unused, e) =>
        alpha.reduce((a, w, s) => a + w * (inputs.values[1 + (s * B + b) * at.values.valuesStride + e] ?? 0), 0),
      );
      return { alpha, sums };
    });
    assertClose(
      "weights",
      weights.slice(BEFORE * B * S),
      Float64Array.from(expected.flatMap(({ alpha }) => alpha)),
      1e-14,
    );
    const sums = Float64Array.from(expected.flatMap((row) => row.sums));
    assertClose("context", Float64Array.from(contextOf(c, context)), sums, 1e-14);
    expect(weights.slice(0, BEFORE * B * S).every((w) => w === 0)).toBe(true);
    expect(flags[0]).toBe(0);
  });

  it("differentiates them", () => {
    const inputs = createInputs(c);
    const loss = () => lossOf(c, inputs);
    const { dquery, dkeys, dvalues, dv } = backward(c, inputs);
    assertClose("dquery", dquery, differentiate(loss, inputs.query));
    assertClose("dkeys", dkeys, differentiate(loss, inputs.keys));
    assertClose("dvalues", dvalues, differentiate(loss, inputs.values));
    assertClose("dv", dv, differentiate(loss, inputs.v));
  });

  it("plays a range of steps as it plays all of them", () => {
    const inputs = createInputs(c);
    const whole = forward(c, inputs);
    const at = windowsOf(c);
    const last = T - 1;
    const queryOffset = at.query.queryOffset + last * B * at.query.queryStride;
    const scores = new Float64Array(whole.scores.length);
    const numbers = {
      T: 1,
      B,
      S,
      D,
      ...at.keys,
      queryStride: at.query.queryStride,
      queryOffset,
      pairsOffset: (BEFORE + last) * B * S,
    };
    const { query, keys, v } = inputs;
    if (c.score === "dot") attentionScoreDotTwin({ query, keys, scores }, { ...numbers, scale: SCALE });
    else attentionScoreAdditiveTwin({ query, keys, v, scores }, numbers);
    expect(scores.slice(numbers.pairsOffset)).toEqual(whole.scores.slice(numbers.pairsOffset));
    expect(scores.slice(0, numbers.pairsOffset).every((value) => value === 0)).toBe(true);
  });
});

describe("attention-weights", () => {
  const sizes = { T: 1, B: 1, S: 2, pairsOffset: 0, flagBit: FLAG };
  const run = (scores: readonly number[], mask: readonly number[], masked: number) => {
    const weights = new Float64Array(2);
    const flags = Uint32Array.of(1);
    attentionWeightsTwin(
      { scores: Float64Array.from(scores), mask: Float64Array.from(mask), weights, flags },
      { ...sizes, masked },
    );
    return { weights: [...weights], flag: flags[0] };
  };

  it("does not overflow", () => {
    expect(run([1e4, 1e4], [1, 1], 0)).toEqual({ weights: [0.5, 0.5], flag: 1 });
  });

  it("reads the mask only where it is told to, and raises the flag only for steps that count", () => {
    expect(run([Number.NaN, 3], [0, 1], 1)).toEqual({ weights: [0, 1], flag: 1 });
    expect(run([Number.NaN, 3], [0, 1], 0).flag).toBe(1 | FLAG);
    expect(run([1, 2], [0, 0], 1)).toEqual({ weights: [0, 0], flag: 1 });
  });
});

it("attention-collect adds where it is told to", () => {
  const out = Float64Array.of(10, 20);
  const numbers = { T: 2, B: 1, S: 2, D: 1, pairsOffset: 0, rowsOffset: 0, rowsStride: 1, outOffset: 0, outStride: 1 };
  const tensors = { weights: Float64Array.of(1, 2, 3, 4), rows: Float64Array.of(5, 6), out };
  attentionCollectTwin(tensors, { ...numbers, accumulate: 1, scale: 2 });
  // 2·(1·5 + 3·6) = 46 and 2·(2·5 + 4·6) = 68 on top.
  expect([...out]).toEqual([56, 88]);
  attentionCollectTwin(tensors, { ...numbers, accumulate: 0, scale: 2 });
  expect([...out]).toEqual([46, 68]);
});

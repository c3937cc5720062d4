/**
 * The loss twins together with `mask-count` and `reduce-loss`, as the Program chains them: dlogits must be the derivative
 * of the reduced loss, also with masks, windows and no valid row at all; extreme logits have closed forms.
 */
import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../core/dims.ts";
import { classWeightTwin } from "./class-weight.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { lossBceTwin } from "./loss-bce.ts";
import { lossBceProbTwin } from "./loss-bce-prob.ts";
import { lossCeTwin } from "./loss-ce.ts";
import { lossCeSoftTwin } from "./loss-ce-soft.ts";
import { lossCeWeightedTwin } from "./loss-ce-weighted.ts";
import { lossHuberTwin } from "./loss-huber.ts";
import { lossLinearTwin } from "./loss-linear.ts";
import { lossMaeTwin } from "./loss-mae.ts";
import { lossMseTwin } from "./loss-mse.ts";
import { maskCountTwin } from "./mask-count.ts";
import { reduceLossTwin } from "./reduce-loss.ts";
import { sequenceWeightTwin } from "./sequence-weight.ts";

const FLAG = 8;
const REDUCE_FLAG = 16;
const UNTOUCHED = -12345;

type LossName = "mse" | "mae" | "huber" | "bce" | "bce-prob" | "ce" | "ce-weighted" | "ce-soft" | "linear";

interface Setup {
  readonly N: number;
  readonly V: number;
  readonly logits: FloatArray;
  readonly target: number[];
  readonly mask: number[];
  readonly pOffset?: number;
  readonly pStride?: number;
  readonly dOffset?: number;
  readonly dStride?: number;
  readonly delta?: number;
  readonly positiveWeight?: number;
  readonly smoothing?: number;
  readonly classWeights?: readonly number[];
}

/** Of up to six classes; one class does not count at all. */
const CLASS_WEIGHTS = [0.5, 2, 0, 1, 3, 0.25];

const TWINS = {
  mse: lossMseTwin,
  mae: lossMaeTwin,
  huber: lossHuberTwin,
  bce: lossBceTwin,
  "bce-prob": lossBceProbTwin,
  "ce-soft": lossCeSoftTwin,
  linear: lossLinearTwin,
} as const;

/** Mask count, loss and reduction, in the order of a Program. */
function runLoss(name: LossName, setup: Setup) {
  const { N, V, logits, pOffset = 0, pStride = V, dOffset = 0, dStride = V } = setup;
  const { delta = 1, positiveWeight = 1, smoothing = 0 } = setup;
  const mask = Float64Array.from(setup.mask);
  const count = new Float64Array(1);
  const rowLoss = new Float64Array(N).fill(UNTOUCHED);
  const dlogits = new Float64Array(dOffset + N * dStride).fill(UNTOUCHED);
  const flags = new Uint32Array(1);
  const loss = new Float64Array(1);
  const numbers = { N, V, pOffset, pStride, dOffset, dStride, flagBit: FLAG, delta, positiveWeight, smoothing };
  const shared = { logits, mask, count, rowLoss, dlogits, flags };
  const target = Uint32Array.from(setup.target);
  const classWeights = Float64Array.from(setup.classWeights ?? CLASS_WEIGHTS.slice(0, V));
  const weight = new Float64Array(N);
  if (name === "ce-weighted") classWeightTwin({ mask, target, classWeights, weight }, { N, V });
  maskCountTwin({ mask: name === "ce-weighted" ? weight : mask, count }, { N });
  if (name === "ce") lossCeTwin({ ...shared, target }, numbers);
  else if (name === "ce-weighted") lossCeWeightedTwin({ ...shared, target, classWeights }, numbers);
  else {
    TWINS[name]({ ...shared, target: Float64Array.from(setup.target) }, numbers);
  }
  const perRow = name === "ce" || name === "ce-weighted" || name === "ce-soft" || name === "linear" ? 1 : V;
  reduceLossTwin({ rowLoss, count, loss, flags }, { N, perRow, flagBit: REDUCE_FLAG });
  return { loss: loss[0] ?? Number.NaN, rowLoss, dlogits, flags: flags[0] ?? Number.NaN };
}

const names: LossName[] = ["mse", "mae", "huber", "bce", "bce-prob", "ce", "ce-weighted", "ce-soft", "linear"];

describe.each(names)("loss-%s", (name) => {
  const N = 5;
  const V = 3;
  const mask = [1, 0, 1, 1, 0];
  const soft = [...seededArray("target", N * V)].map((value) => (value + 1) / 2);
  const target = name === "ce" || name === "ce-weighted" ? [2, 0, 1, 2, 1] : soft;
  const window = { pOffset: 2, pStride: 5, dOffset: 1, dStride: 4 };

  it("has dlogits equal to the derivative of the reduced loss", () => {
    const drawn = seededArray("logits", 2 + 5 * N, 3);
    // Probabilities stay away from 0 and 1, where a difference quotient is no derivative.
    const logits = name === "bce-prob" ? drawn.map((p) => 0.5 + p / 8) : drawn;
    const settings = { delta: 0.7, positiveWeight: 2.5, smoothing: 0.1 };
    const setup = { N, V, logits, target, mask, ...window, ...settings };
    const { dlogits } = runLoss(name, setup);
    const numeric = differentiate(() => runLoss(name, setup).loss, logits);
    for (let n = 0; n < N; n++) {
      const got = dlogits.slice(1 + 4 * n, 1 + 4 * n + V);
      assertClose(`dlogits of row ${n}`, got, numeric.slice(2 + 5 * n, 2 + 5 * n + V));
    }
    // One column between the windows, and the offset before them.
    expect([0, 4, 8, 12, 16, 20].map((i) => dlogits[i])).toEqual(new Array(6).fill(UNTOUCHED));
  });

  it("gives masked rows loss and gradient exactly 0, whatever their logits are", () => {
    const logits = seededArray("logits", N * V).map((p) => 0.5 + p / 4);
    logits.fill(Number.POSITIVE_INFINITY, V, 2 * V);
    const { rowLoss, dlogits, loss } = runLoss(name, { N, V, logits, target, mask });
    expect([rowLoss[1], rowLoss[4]]).toEqual([0, 0]);
    expect([...dlogits.slice(V, 2 * V), ...dlogits.slice(4 * V)]).toEqual(new Array(2 * V).fill(0));
    expect(Number.isFinite(loss)).toBe(true);
  });

  it("is 0 with gradient 0 and without a flag when no row counts", () => {
    const logits = seededArray("logits", N * V).map((p) => 0.5 + p / 4);
    const result = runLoss(name, { N, V, logits, target, mask: [0, 0, 0, 0, 0] });
    expect(result.loss).toBe(0);
    expect([...result.dlogits]).toEqual(new Array(N * V).fill(0));
    expect(result.flags).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("raises its flag for a logit %s", (bad) => {
    const logits = new Float32Array(N * V).fill(0.5);
    expect(runLoss(name, { N, V, logits, target, mask }).flags & FLAG).toBe(0);
    logits[2 * V + 1] = bad;
    expect(runLoss(name, { N, V, logits, target, mask }).flags & FLAG).toBe(FLAG);
  });
});

describe("closed forms", () => {
  const one = (name: LossName, logits: number[], target: number[]) => {
    const V = logits.length;
    return runLoss(name, { N: 1, V, logits: Float64Array.from(logits), target, mask: [1] });
  };

  it("mse of errors 1 and −3 is 5, its gradient the errors", () => {
    const { loss, dlogits } = one("mse", [3, 1], [2, 4]);
    expect(loss).toBe(5);
    expect([...dlogits]).toEqual([1, -3]);
  });

  it("mae of errors 1 and −3 is 2, its gradient their signs; 0 at 0", () => {
    const { loss, dlogits } = one("mae", [3, 1], [2, 4]);
    expect(loss).toBe(2);
    expect([...dlogits]).toEqual([0.5, -0.5]);
    expect([...one("mae", [2], [2]).dlogits]).toEqual([0]);
  });

  it("huber is half the square up to delta and a line beyond", () => {
    expect(one("huber", [0.5], [0]).loss).toBe(0.125);
    expect(one("huber", [1], [0]).loss).toBe(0.5);
    expect(one("huber", [-4], [0]).loss).toBe(3.5);
    expect([...one("huber", [0.5], [0]).dlogits, ...one("huber", [-4], [0]).dlogits]).toEqual([0.5, -1]);
  });

  it("a positive weight counts the yes of binary cross-entropy that often and the no once", () => {
    const weighted = (t: number) =>
      runLoss("bce", { N: 1, V: 1, logits: Float64Array.of(0), target: [t], mask: [1], positiveWeight: 3 }).loss;
    expect([weighted(1), weighted(0)]).toEqual([3 * Math.log(2), Math.log(2)]);
  });

  it("binary cross-entropy of probabilities is that of their logits", () => {
    const logit = Math.log(0.2 / 0.8);
    for (const t of [0, 0.3, 1])
      expect(one("bce-prob", [0.2], [t]).loss).toBeCloseTo(one("bce", [logit], [t]).loss, 14);
  });

  it("binary cross-entropy of probabilities 0 and 1 has PyTorch's limits, 100 and a divisor of 1e-12", () => {
    const { loss, dlogits } = one("bce-prob", [1, 0, 1, 0], [0, 1, 1, 0]);
    expect(loss).toBe((100 + 100) / 4);
    assertClose(
      "dlogits",
      dlogits,
      Float64Array.of(1e12, -1e12, 0, 0).map((slope) => slope / 4),
      1e-12,
    );
  });

  it("weights of classes and label smoothing combine as in PyTorch's CrossEntropyLoss", () => {
    const logits = seededArray("logits", 4 * 3, 2);
    const labels = [2, 0, 1, 1];
    const weights = [0.5, 2, 3];
    const epsilon = 0.3;
    const rows = labels.map((label, n) => {
      const row = logits.slice(3 * n, 3 * n + 3);
      const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return { own: weights[label] ?? Number.NaN, label, surprise: row.map((logit) => logSum - logit) };
    });
    // (1 − ε) Σ w[t]·(−log p[t]) / Σ w[t]  +  ε/C Σ_n Σ_c w[c]·(−log p[c]) / Σ w[t]
    const divisor = rows.reduce((sum, { own }) => sum + own, 0);
    const hard = rows.reduce((sum, { own, label, surprise }) => sum + own * (surprise[label] ?? Number.NaN), 0);
    const spread = rows.reduce(
      (sum, { surprise }) => sum + surprise.reduce((s, u, c) => s + (weights[c] ?? 0) * u, 0),
      0,
    );
    const expected = ((1 - epsilon) * hard + (epsilon / 3) * spread) / divisor;
    const setup = { N: 4, V: 3, logits, target: labels, mask: [1, 1, 1, 1], classWeights: weights, smoothing: epsilon };
    expect(runLoss("ce-weighted", setup).loss).toBeCloseTo(expected, 13);
  });

  it("equal weights of classes change nothing", () => {
    const logits = seededArray("logits", 3 * 3, 2);
    const setup = { N: 3, V: 3, logits, target: [2, 0, 1], mask: [1, 0, 1], smoothing: 0.2 };
    const weighted = runLoss("ce-weighted", { ...setup, classWeights: [4, 4, 4] });
    const plain = runLoss("ce", setup);
    expect(weighted.loss).toBeCloseTo(plain.loss, 14);
    assertClose("dlogits", weighted.dlogits, plain.dlogits, 1e-13);
  });

  it("label smoothing is cross-entropy against the smoothed distribution", () => {
    const logits = [1, -2, 0.5];
    const setup = { N: 1, V: 3, logits: Float64Array.from(logits), mask: [1], smoothing: 0.3 };
    const smoothed = runLoss("ce", { ...setup, target: [1] });
    const soft = one("ce-soft", logits, [0.1, 0.8, 0.1]);
    expect(smoothed.loss).toBeCloseTo(soft.loss, 14);
    assertClose("dlogits", smoothed.dlogits, soft.dlogits, 1e-14);
  });

  it("cross-entropy of equal logits is log V", () => {
    const { loss, dlogits } = one("ce", [7, 7, 7, 7], [2]);
    expect(loss).toBeCloseTo(Math.log(4), 14);
    expect([...dlogits]).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  it("cross-entropy with logits ±1000 is the difference of the logits", () => {
    expect(one("ce", [1000, -1000], [1]).loss).toBe(2000);
    expect(one("ce", [1000, -1000], [0]).loss).toBe(0);
  });

  it("binary cross-entropy at logit 0 is log 2 for every target", () => {
    for (const t of [0, 0.3, 1]) expect(one("bce", [0], [t]).loss).toBeCloseTo(Math.log(2), 14);
  });

  it("binary cross-entropy with logits ±1000 is linear on the wrong side and 0 on the right one", () => {
    expect(one("bce", [1000], [0]).loss).toBe(1000);
    expect(one("bce", [-1000], [1]).loss).toBe(1000);
    expect(one("bce", [1000], [1]).loss).toBe(0);
    expect(one("bce", [-1000], [0]).loss).toBe(0);
    expect([...one("bce", [1000], [0]).dlogits]).toEqual([1]);
  });

  it("a linear loss is the inner product with the target, which is its gradient", () => {
    const { loss, dlogits } = one("linear", [2, 3], [5, -7]);
    expect(loss).toBe(-11);
    expect([...dlogits]).toEqual([5, -7]);
  });
});

describe("weights of rows", () => {
  it("class-weight: each row counts as often as its class says, masked rows not at all", () => {
    const weight = new Float64Array(4);
    const target = Uint32Array.of(2, 0, 1, 2);
    const classWeights = Float64Array.of(0.5, 3, 2);
    classWeightTwin({ mask: Float64Array.of(1, 1, 0, 1), target, classWeights, weight }, { N: 4, V: 3 });
    expect([...weight]).toEqual([2, 0.5, 0, 2]);
  });

  it("sequence-weight: the valid steps of each sequence share 1, an empty sequence has nothing to share", () => {
    const weight = new Float64Array(9).fill(UNTOUCHED);
    // Time-major [3, 3]: sequence 0 has three steps, sequence 1 has two, sequence 2 none.
    const mask = Float64Array.of(1, 1, 0, 1, 0, 0, 1, 1, 0);
    sequenceWeightTwin({ mask, weight }, { T: 3, B: 3, stepStride: 3, rowStride: 1 });
    expect([...weight]).toEqual([1 / 3, 0.5, 0, 1 / 3, 0, 0, 1 / 3, 0.5, 0]);
    const turned = new Float64Array(9);
    sequenceWeightTwin({ mask, weight: turned }, { T: 3, B: 3, stepStride: 1, rowStride: 3 });
    expect([...turned]).toEqual([0.5, 0.5, 0, 1, 0, 0, 0.5, 0.5, 0]);
  });
});

describe("reduce-loss", () => {
  it("raises its flag for a sum that is not finite in f32", () => {
    const tensors = {
      rowLoss: new Float32Array([3e38, 3e38]),
      count: new Float32Array([1]),
      loss: new Float32Array(1),
    };
    const flags = new Uint32Array([1]);
    reduceLossTwin({ ...tensors, flags }, { N: 2, perRow: 1, flagBit: REDUCE_FLAG });
    expect(flags[0]).toBe(1 | REDUCE_FLAG);
  });
});

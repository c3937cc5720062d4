/**
 * The loss twins together with `mask-count` and `reduce-loss`, as the Program chains them: dlogits must be the derivative
 * of the reduced loss, also with masks, windows and no valid row at all; extreme logits have closed forms.
 */
import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../core/dims.ts";
import { assertClose, differentiate, seededArray } from "./finite-differences.ts";
import { lossBceTwin } from "./loss-bce.ts";
import { lossCeTwin } from "./loss-ce.ts";
import { lossLinearTwin } from "./loss-linear.ts";
import { lossMseTwin } from "./loss-mse.ts";
import { maskCountTwin } from "./mask-count.ts";
import { reduceLossTwin } from "./reduce-loss.ts";
import { sigmoidForwardTwin } from "./sigmoid-forward.ts";
import { softmaxForwardTwin } from "./softmax-forward.ts";

const FLAG = 8;
const REDUCE_FLAG = 16;
const UNTOUCHED = -12345;

type LossName = "mse" | "bce" | "ce" | "linear";

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
}

/** Mask count, loss and reduction, in the order of a Program. */
function runLoss(name: LossName, setup: Setup) {
  const { N, V, logits, pOffset = 0, pStride = V, dOffset = 0, dStride = V } = setup;
  const mask = Float64Array.from(setup.mask);
  const count = new Float64Array(1);
  const rowLoss = new Float64Array(N).fill(UNTOUCHED);
  const dlogits = new Float64Array(dOffset + N * dStride).fill(UNTOUCHED);
  const flags = new Uint32Array(1);
  const loss = new Float64Array(1);
  const numbers = { N, V, pOffset, pStride, dOffset, dStride, flagBit: FLAG };
  const shared = { logits, mask, count, rowLoss, dlogits, flags };
  maskCountTwin({ mask, count }, { N });
  if (name === "ce") lossCeTwin({ ...shared, target: Uint32Array.from(setup.target) }, numbers);
  else {
    const twin = { mse: lossMseTwin, bce: lossBceTwin, linear: lossLinearTwin }[name];
    twin({ ...shared, target: Float64Array.from(setup.target) }, numbers);
  }
  const perRow = name === "mse" || name === "bce" ? V : 1;
  reduceLossTwin({ rowLoss, count, loss, flags }, { N, perRow, flagBit: REDUCE_FLAG });
  return { loss: loss[0] ?? Number.NaN, rowLoss, dlogits, flags: flags[0] ?? Number.NaN };
}

const names: LossName[] = ["mse", "bce", "ce", "linear"];

describe.each(names)("loss-%s", (name) => {
  const N = 5;
  const V = 3;
  const mask = [1, 0, 1, 1, 0];
  const soft = [...seededArray("target", N * V)].map((value) => (value + 1) / 2);
  const target = name === "ce" ? [2, 0, 1, 2, 1] : soft;
  const window = { pOffset: 2, pStride: 5, dOffset: 1, dStride: 4 };

  it("has dlogits equal to the derivative of the reduced loss", () => {
    const logits = seededArray("logits", 2 + 5 * N, 3);
    const setup = { N, V, logits, target, mask, ...window };
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
    const logits = seededArray("logits", N * V).fill(Number.POSITIVE_INFINITY, V, 2 * V);
    const { rowLoss, dlogits, loss } = runLoss(name, { N, V, logits, target, mask });
    expect([rowLoss[1], rowLoss[4]]).toEqual([0, 0]);
    expect([...dlogits.slice(V, 2 * V), ...dlogits.slice(4 * V)]).toEqual(new Array(2 * V).fill(0));
    expect(Number.isFinite(loss)).toBe(true);
  });

  it("is 0 with gradient 0 and without a flag when no row counts", () => {
    const logits = seededArray("logits", N * V);
    const result = runLoss(name, { N, V, logits, target, mask: [0, 0, 0, 0, 0] });
    expect(result.loss).toBe(0);
    expect([...result.dlogits]).toEqual(new Array(N * V).fill(0));
    expect(result.flags).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("raises its flag for a logit %s", (bad) => {
    const logits = new Float32Array(N * V);
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

describe("probabilities", () => {
  it("sigmoid-forward: σ(log 3) = 3/4, symmetric, 0 and 1 at ±1000", () => {
    const out = new Float64Array(4);
    const logits = Float64Array.from([Math.log(3), -Math.log(3), 1000, -1000]);
    sigmoidForwardTwin({ logits, out }, { N: 2, V: 2 });
    assertClose("σ", out, Float64Array.from([0.75, 0.25, 1, 0]), 1e-15);
  });

  it("softmax-forward: logs of 1, 2, 5 are shares of 8, in every row and under any shift", () => {
    const out = new Float64Array(6);
    const logits = Float64Array.from([1, 2, 5].map((value) => Math.log(value)));
    const shifted = logits.map((value) => value + 1000);
    softmaxForwardTwin({ logits: Float64Array.from([...logits, ...shifted]), out }, { N: 2, V: 3 });
    const shares = [1 / 8, 2 / 8, 5 / 8];
    assertClose("softmax", out, Float64Array.from([...shares, ...shares]), 1e-12);
  });
});

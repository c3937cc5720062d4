/** Metrics by hand where ties and empty classes decide; whole cases are checked against golden files. */
import { describe, expect, it } from "vitest";
import { binaryMetrics, classMetrics, rankOf, regressionMetrics } from "./metrics.ts";

describe("regressionMetrics", () => {
  it("of the mean as prediction: r2 is 0", () => {
    const { r2, mse, mae, maxError } = regressionMetrics([2, 2, 2], [1, 2, 3]);
    expect([r2, mse, mae, maxError]).toEqual([0, 2 / 3, 2 / 3, 1]);
  });

  it("of a mirrored prediction: the correlation is −1", () => {
    expect(regressionMetrics([3, 2, 1], [1, 2, 3]).pearson).toBeCloseTo(-1, 15);
  });
});

describe("binaryMetrics", () => {
  it("counts equal logits of a yes and a no as half", () => {
    expect(binaryMetrics([0, 0, 1], [1, 0, 0]).auc).toBe(0.25);
    expect(binaryMetrics([2, 1], [1, 0]).auc).toBe(1);
  });

  it("calls a logit of 0 a yes, and finds nothing where nothing is", () => {
    const { falsePositive, trueNegative, precision, recall, f1, auc } = binaryMetrics([0, -1], [0, 0]);
    expect([falsePositive, trueNegative, precision, recall, f1, auc]).toEqual([1, 1, 0, 0, 0, Number.NaN]);
  });

  it("is finite for a logit of ±1000 on the wrong side", () => {
    expect(binaryMetrics([1000, -1000], [0, 1]).crossEntropy).toBe(1000);
  });
});

describe("classMetrics", () => {
  it("puts the first of equal logits first", () => {
    expect([0, 1, 2].map((id) => rankOf([1, 3, 3], id))).toEqual([2, 0, 1]);
    const { accuracy, topShares, confusion } = classMetrics(Float32Array.of(1, 3, 3, 1, 3, 3), [2, 0], 3);
    expect(accuracy).toBe(0);
    expect(topShares).toEqual([0, 0.5, 1]);
    expect([...confusion]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 0]);
  });

  it("of equal logits is as surprised as by a throw of a die", () => {
    const { perplexity, bitsPerSymbol } = classMetrics(new Float32Array(8), [0, 3], 4);
    expect(perplexity).toBeCloseTo(4, 14);
    expect(bitsPerSymbol).toBeCloseTo(2, 14);
  });
});

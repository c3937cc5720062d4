/** Scores of symbols against what can be read off: equal logits, certainty, and guessing among equals. */
import { describe, expect, test } from "vitest";
import type { Dataset } from "../core/task.ts";
import { chanceOf, metricsOfPerplexity, scoreAccuracy, scoreSymbols } from "./symbols.ts";

/** Six rows that ask for classes 0 … 5 in turn, of `count` classes. */
function dataset(count: number): Dataset {
  const labels = Array.from({ length: count }, (_, id) => `${id}`);
  const rows = Uint32Array.from({ length: 6 }, (_, row) => row);
  const starts = Uint32Array.of(0);
  return {
    task: "delayed-recall",
    input: { kind: "tokens", rows, vocabulary: labels, boundary: null },
    target: { kind: "classes", rows, labels },
    mask: new Float32Array(6).fill(1),
    length: 1,
    windows: { train: starts, validation: starts, test: starts },
    probes: [],
    probeLength: 1,
    rowLabels: null,
    baseline: { name: "chance", metrics: {} },
    notes: [],
  };
}

const rows = Uint32Array.of(0, 1, 2, 3, 4, 5);

describe("symbols", () => {
  test("under equal logits hesitate between all, and the first classes stand first", () => {
    const metrics = scoreSymbols(dataset(8), { logits: new Float32Array(6 * 8), rows });
    expect(metrics.perplexity).toBeCloseTo(8, 6);
    expect(metrics.bits).toBeCloseTo(3, 6);
    expect(metrics.accuracy).toBeCloseTo(1 / 6, 12);
    expect(metrics.top3).toBeCloseTo(3 / 6, 12);
    expect(metrics).not.toHaveProperty("top5");
  });

  test("of many kinds are looked for among the first five answers", () => {
    const metrics = scoreSymbols(dataset(12), { logits: new Float32Array(6 * 12), rows });
    expect(metrics.top5).toBeCloseTo(5 / 6, 12);
    expect(metrics).not.toHaveProperty("top3");
  });

  test("known by a perplexity have its logarithm in bits", () => {
    expect(metricsOfPerplexity(16)).toEqual({ perplexity: 16, bits: 4 });
  });
});

describe("guessing", () => {
  test.each([4, 6, 20])("among %i classes has the metrics of an answer, as shares of the classes", (classes) => {
    const chance = chanceOf(classes);
    const names = Object.keys(scoreAccuracy(dataset(classes), { logits: new Float32Array(6 * classes), rows }));
    expect(Object.keys(chance)).toEqual(names);
    expect(chance.accuracy).toBe(1 / classes);
    if (classes === 20) expect(chance.top5).toBe(5 / 20);
  });
});

/** When to prune, how much, and what: tables and small models whose weights can be ranked by eye. */
import { describe, expect, test } from "vitest";
import type { PruningChoice } from "../core/pruning-choice.ts";
import { createModel } from "./model.ts";
import { countPruned, nextPruningAfter, prunableParts, pruneSmallest, shareDueAt } from "./pruning.ts";

const once: PruningChoice = { name: "once", share: 0.5, step: 30 };
const cubic: PruningChoice = { name: "cubic", share: 0.8, from: 100, every: 10, times: 4 };

/** Steps at which a walk from `step` to the end finds prunings. */
function stepsFrom(choice: PruningChoice, step: number): readonly number[] {
  const next = nextPruningAfter(choice, step);
  return Number.isFinite(next) ? [next, ...stepsFrom(choice, next)] : [];
}

describe("the schedule", () => {
  test("prunes once, at its step", () => {
    expect(stepsFrom(once, 0)).toEqual([30]);
    expect(stepsFrom(once, 30)).toEqual([]);
    expect([29, 30, 31].map((step) => shareDueAt(once, step))).toEqual([null, 0.5, null]);
  });

  test("prunes by a cubic that is steep at first and ends at the whole share", () => {
    expect(stepsFrom(cubic, 0)).toEqual([110, 120, 130, 140]);
    expect(stepsFrom(cubic, 125)).toEqual([130, 140]);
    // 1 − (3/4)³ = 37/64, 1 − (2/4)³ = 56/64, 1 − (1/4)³ = 63/64
    const shares = [110, 120, 130, 140].map((step) => shareDueAt(cubic, step));
    for (const [i, part] of [37, 56, 63, 64].entries()) expect(shares[i]).toBeCloseTo((0.8 * part) / 64, 12);
    expect([100, 105, 150].map((step) => shareDueAt(cubic, step))).toEqual([null, null, null]);
  });

  test("is silent where there is none", () => {
    expect(stepsFrom(null, 0)).toEqual([]);
    expect(shareDueAt(null, 30)).toBeNull();
  });
});

describe("the weights", () => {
  const model = createModel({ layers: [{ cell: "rnn", activation: "tanh", units: 2 }], inputWidth: 1, outputs: 1 });
  const parts = prunableParts(model);
  const at = (name: string) => model.segments.find((segment) => segment.name === name)?.offset ?? Number.NaN;
  const whole = () => new Float32Array(model.P).fill(1);

  function weights(): Float32Array {
    const params = new Float32Array(model.P);
    params.set([0.5, -0.25], at("layers.0.W"));
    params.set([-0.125, 0.25, 2, -3], at("layers.0.U"));
    params.set([0.001, 0.001], at("layers.0.b"));
    params.set([0.01, -0.02], at("head.W"));
    return params;
  }

  test("of a layer are ranked together, those of the head by themselves, biases never", () => {
    expect(parts.map(({ name, weights: count }) => [name, count])).toEqual([
      ["layers.0", 6],
      ["head", 2],
    ]);
    const [layer, head] = parts;
    if (!layer || !head) throw new Error("a layer and a head");
    const mask = pruneSmallest(head, weights(), pruneSmallest(layer, weights(), whole(), 0.5), 0.5);
    const zeros = [...mask.keys()].filter((p) => mask[p] === 0);
    // −0.125, then the two quarters; of the head 0.01
    expect(zeros).toEqual([at("layers.0.W") + 1, at("layers.0.U"), at("layers.0.U") + 1, at("head.W")]);
    expect(parts.map((part) => countPruned(part, mask))).toEqual([3, 1]);
  });

  test("of equal magnitude go in the order of the buffer", () => {
    const [layer] = parts;
    if (!layer) throw new Error("a layer");
    const mask = pruneSmallest(layer, weights(), whole(), 2 / 6);
    expect(mask[at("layers.0.W") + 1]).toBe(0);
    expect(mask[at("layers.0.U") + 1]).toBe(1);
  });

  test("that are pruned stay pruned, even where the share is smaller than before", () => {
    const [layer] = parts;
    if (!layer) throw new Error("a layer");
    const before = whole();
    before[at("layers.0.U") + 3] = 0;
    before[at("layers.0.U") + 2] = 0;
    expect(pruneSmallest(layer, weights(), before, 0.1)).toEqual(before);
    const more = pruneSmallest(layer, weights(), before, 0.5);
    expect([2, 3].map((k) => more[at("layers.0.U") + k])).toEqual([0, 0]);
    expect(countPruned(layer, more)).toBe(3);
    expect(more[at("layers.0.U")]).toBe(0);
  });
});

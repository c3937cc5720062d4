/** Gatescope as a contestant, on the CPU player: what it trains, and the data that it refuses. */
import { describe, expect, test } from "vitest";
import { buildProgram } from "../src/engine/build-program.ts";
import { spec } from "../tests/engine/whole-program.ts";
import type { BenchData } from "./contest.ts";
import { create, describePlan } from "./contestant.ts";
import { drawData, drawWeights } from "./data.ts";
import type { BenchShape } from "./shape.ts";

const LAST = { B: 2, T: 3, I: 2, H: [4, 3], out: 1, each: false, loss: "mse" } as const;
const EVERY = { B: 2, T: 3, I: 4, H: [3], out: 4, each: true, loss: "ce" } as const;

async function losses(shape: BenchShape, data: BenchData, steps: number): Promise<readonly number[]> {
  const contestant = await create(shape, data, "cpu");
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    await contestant.step();
    found.push(await contestant.sync());
  }
  contestant.dispose();
  return found;
}

describe("create", () => {
  test("the first loss is that of the starting weights, and training lowers it", async () => {
    const data = drawData(LAST);
    const zero = Object.fromEntries(Object.entries(drawWeights(LAST)).map(([name, part]) => [name, part.map(() => 0)]));
    const [first] = await losses(LAST, { ...data, weights: zero }, 1);
    // With all weights 0 the answer is 0, so the loss is the mean square of the targets.
    const meanSquare = [...data.y].reduce((sum, value) => sum + value * value, 0) / data.y.length;
    expect(first).toBeCloseTo(meanSquare, 6);
    const curve = await losses(LAST, data, 30);
    expect(curve.at(-1)).toBeLessThan(curve[0]!);
  });

  test("symbols and their one-hot rows train alike", async () => {
    const { tokens, ...features } = drawData(EVERY);
    const byTokens = await losses(EVERY, { ...features, tokens: tokens! }, 3);
    const byRows = await losses(EVERY, features, 3);
    for (const [step, loss] of byTokens.entries()) expect(loss).toBeCloseTo(byRows[step]!, 6);
  });

  test("targets of the last step are found in it", async () => {
    const data = drawData({ ...LAST, T: 1 });
    const [one] = await losses({ ...LAST, T: 1 }, data, 1);
    // A first step of zeros leaves h at 0 where no bias moves it, so the loss stays that of the one real step.
    const weights = Object.fromEntries(
      Object.entries(data.weights!).map(([name, part]) => [
        name,
        /\.bu?$/.test(name) && part.length > 1 ? part.map(() => 0) : part,
      ]),
    );
    const padded = new Float32Array(LAST.B * 2 * LAST.I);
    for (let b = 0; b < LAST.B; b++) padded.set(data.x.subarray(b * LAST.I, (b + 1) * LAST.I), (b * 2 + 1) * LAST.I);
    const [alone] = await losses({ ...LAST, T: 1 }, { ...data, weights }, 1);
    const [behind] = await losses({ ...LAST, T: 2 }, { ...data, x: padded, weights }, 1);
    expect(behind).toBeCloseTo(alone!, 6);
    expect(alone).not.toBeCloseTo(one!, 6);
  });

  test("models side by side from one start are each the model that it is alone", async () => {
    const data = drawData(LAST);
    expect(await losses({ ...LAST, M: 3 }, data, 3)).toEqual(await losses(LAST, data, 3));
  });

  test("its variant names the player, and the symbols where they are used", async () => {
    const contestant = await create(EVERY, drawData(EVERY), "cpu");
    expect(contestant.variant).toMatch(/^cpu, .*, tokens$/);
    contestant.dispose();
    contestant.dispose();
  });

  const data = drawData(LAST);
  test.each([
    [{ ...data, x: data.x.slice(1) }, /data.x has 11 elements; this shape needs 12/],
    [{ ...data, y: new Float32Array(3) }, /data.y has 3 elements; this shape needs 2/],
    [{ ...data, y: new Int32Array(2) }, /the loss mse and targets in Int32Array do not fit/],
    [{ ...data, tokens: Int32Array.of(0, 1, 0, 1, 0, 2) }, /data.tokens holds 2; this shape allows 0 to 1/],
    [{ ...data, weights: {} }, /data.weights has 0 elements of layers.0.W; expected 24/],
  ])("refuses data that do not fit: %#", async (wrong, message) => {
    await expect(create(LAST, wrong, "cpu")).rejects.toThrow(message);
  });

  test("refuses a player that there is not", async () => {
    await expect(create(LAST, data, "abacus")).rejects.toThrow(/no player "abacus"; there are webgpu-tuned/);
  });
});

test("a plan is described by every choice in it, whole steps too, and by nothing that is none", () => {
  const { program } = buildProgram(spec({ B: 2 }));
  const planned = (implementation: string) => ({ implementation, sizes: {} });
  const plan = {
    "gru-forward": planned("persistent"),
    "batch-gather": planned("rows"),
    "training-steps": planned("micro"),
  };
  expect(describePlan(plan, program)).toBe(", gru-forward persistent, training-steps micro");
});

/**
 * Probe, generation and evaluation against the equations written out here once more, from the parameters of a snapshot;
 * none of them may disturb the training they are played between.
 */
import { describe, expect, test } from "vitest";
import { drawSymbol } from "../../src/engine/generation.ts";
import type { Run } from "../../src/engine/run.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));

/** z, r, n, h of every layer and the logits over a sequence of input rows, straight from ENGINE.md section 1 in f64. */
function follow(run: Run, state: RunState, inputs: readonly (readonly number[])[]) {
  const cell = (layer: number | null, parameter: string) => {
    const segment = run.model.segments.find((found) => found.layer === layer && found.parameter === parameter);
    const width = segment?.shape.at(-1) ?? 0;
    return (row: number, column: number) => state.params[(segment?.offset ?? 0) + row * width + column] ?? Number.NaN;
  };
  let rows = inputs;
  const layers = run.experiment.model.layers.map((layer, index) => {
    if (layer.cell !== "gru") throw new Error(`no equations for ${layer.cell} here`);
    const { units: H, reset } = layer;
    const [W, U, b, bu] = ["W", "U", "b", "bu"].map((name) => cell(index, name));
    if (!W || !U || !b || !bu) throw new Error("a layer lacks a parameter");
    const units = [...Array(H).keys()];
    let h = units.map(() => 0);
    const views = rows.map((x) => {
      const old = h;
      const input = (c: number) => x.reduce((sum, value, k) => sum + value * W(k, c), b(0, c));
      const recurrent = (from: readonly number[], c: number) =>
        from.reduce((sum, value, k) => sum + value * U(k, c), 0);
      const gate = (first: number) =>
        units.map((j) =>
          sigmoid(input(first + j) + recurrent(old, first + j) + (reset === "after" ? bu(0, first + j) : 0)),
        );
      const [z, r] = [gate(0), gate(H)];
      const n = units.map((j) => {
        const c = 2 * H + j;
        if (reset === "after") return Math.tanh(input(c) + (r[j] ?? 0) * (recurrent(old, c) + bu(0, c)));
        return Math.tanh(
          input(c) +
            recurrent(
              old.map((value, k) => value * (r[k] ?? 0)),
              c,
            ),
        );
      });
      h = units.map((j) => (1 - (z[j] ?? 0)) * (old[j] ?? 0) + (z[j] ?? 0) * (n[j] ?? 0));
      return { z, r, n, h };
    });
    rows = views.map((view) => view.h);
    return views;
  });
  const [W, b] = [cell(null, "W"), cell(null, "b")];
  const outputs = [...Array(run.spec.outputs).keys()];
  const logits = rows.map((h) => outputs.map((v) => h.reduce((sum, value, k) => sum + value * W(k, v), b(0, v))));
  return { layers, logits };
}

function softmax(logits: readonly number[]): readonly number[] {
  const weights = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  return weights.map((weight) => weight / weights.reduce((sum, value) => sum + value, 0));
}

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  // f32 against f64 over at most eight steps and two layers: the contract of gru-forward allows 2e-5.
  for (const [i, value] of expected.entries()) expect(Math.abs((got[i] ?? Number.NaN) - value)).toBeLessThan(2e-5);
}

const NAMES = ["z", "r", "n", "h"] as const;

describe("the probe", () => {
  test("shows the gates of both forms and the outputs, also when it is shorter than the last", async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    await advanceTo(run, 12);
    const state = await run.snapshot();
    for (const length of [8, 3]) {
      const inputs = Array.from({ length }, (_, t) => [Math.sin(t)]);
      const probe = await run.probe(Float32Array.from(inputs.flat()));
      const expected = follow(run, state, inputs);
      expect([probe.step, probe.length]).toEqual([12, length]);
      expectClose(probe.outputs, expected.logits.flat());
      probe.layers.forEach(({ views }, layer) => {
        expect(views.map(({ name }) => name)).toEqual([...NAMES]);
        views.forEach(({ values }, i) => {
          expectClose(values, expected.layers[layer]?.flatMap((view) => view[NAMES[i] ?? "h"]) ?? []);
        });
      });
    }
  });

  test("over tokens shows probabilities", async () => {
    const run = await openRun(exampleExperiment(), textDataset());
    const state = await run.snapshot();
    const ids = [0, 1, 2, 0];
    const inputs = ids.map((id) => [0, 1, 2].map((k) => (k === id ? 1 : 0)));
    const probe = await run.probe(Uint32Array.from(ids));
    expectClose(probe.outputs, follow(run, state, inputs).logits.flatMap(softmax));
  });

  test("is refused by its numbers", async () => {
    const series = await openRun(exampleExperiment(), sineDataset());
    const text = await openRun(exampleExperiment(), textDataset());
    for (const [run, sequence, details] of [
      [series, new Float32Array(9), { length: 9, maximum: 8 }],
      [series, new Float32Array(0), { length: 0, maximum: 8 }],
      [text, Uint32Array.of(0, 3), { id: 3, symbols: 3 }],
    ] as const) {
      await expect(run.probe(sequence)).rejects.toMatchObject({ code: "probe-invalid", details });
    }
  });
});

describe("generation", () => {
  test("continues the text it was trained on", async () => {
    const run = await openRun(exampleExperiment(), textDataset());
    await advanceTo(run, 200);
    const { generator } = run;
    generator?.begin(1, [1]);
    const ids: (number | undefined)[] = [];
    for (let i = 0; i < 9; i++) ids.push(await generator?.next(0.1));
    expect(ids).toEqual([2, 0, 1, 2, 0, 1, 2, 0, 1]);
  });

  test("is a function of seed, sample and temperature, and goes on while training does", async () => {
    const write = async (train: boolean) => {
      const run = await openRun(exampleExperiment(), textDataset());
      run.generator?.begin(3, [0, 1]);
      const ids: (number | undefined)[] = [];
      for (let i = 0; i < 20; i++) {
        ids.push(await run.generator?.next(1));
        if (train && i === 9) await advanceTo(run, 5);
      }
      return ids;
    };
    const [a, b, trained] = await Promise.all([write(false), write(false), write(true)]);
    expect(a).toEqual(b);
    expect(trained.slice(0, 10)).toEqual(a.slice(0, 10));
  });

  test("is not offered where outputs are no inputs", async () => {
    expect((await openRun(exampleExperiment(), sineDataset())).generator).toBeNull();
  });
});

describe("drawSymbol", () => {
  const p = Float32Array.of(0.5, 0.25, 0.25, 0);

  test("at temperature 1 cuts the unit interval by probability", () => {
    expect([0, 0.49, 0.5, 0.74, 0.76, 0.9999999].map((draw) => drawSymbol(p, 1, draw))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test("at temperature 1/2 squares and renormalises: 4/6, 1/6, 1/6", () => {
    expect([0.66, 0.67, 0.83, 0.84].map((draw) => drawSymbol(p, 0.5, draw))).toEqual([0, 1, 1, 2]);
  });

  test("at a very low temperature takes the most likely, at a very high one all that can occur alike", () => {
    expect(drawSymbol(p, 1e-3, 0.9999999)).toBe(0);
    expect([0.3, 0.5, 0.9].map((draw) => drawSymbol(p, 1e6, draw))).toEqual([0, 1, 2]);
  });

  test("refuses a temperature that is not above 0", () => {
    for (const temperature of [0, -1, Number.NaN]) expect(() => drawSymbol(p, temperature, 0)).toThrow(/above 0/);
  });
});

describe("evaluation", () => {
  test.each(["last", "every"] as const)(
    "averages over unmasked rows and scores %s steps in order",
    async (scoredSteps) => {
      const dataset = textDataset();
      const run = await openRun(exampleExperiment(), dataset, { scoredSteps });
      const state = await run.snapshot();
      const evaluation = await run.evaluate();
      if (dataset.input.kind !== "tokens" || dataset.target.kind !== "classes") throw new Error("wrong kinds");
      const { rows } = dataset.input;
      const { rows: targets } = dataset.target;
      const probabilities = (start: number) => {
        const ids = [...rows.subarray(start, start + dataset.length)];
        return follow(
          run,
          state,
          ids.map((id) => [0, 1, 2].map((k) => (k === id ? 1 : 0))),
        ).logits;
      };
      let sum = 0;
      let count = 0;
      for (const start of dataset.windows.validation) {
        probabilities(start).forEach((logits, t) => {
          if (dataset.mask[start + t] === 0) return;
          sum -= Math.log(softmax(logits)[targets[start + t] ?? -1] ?? Number.NaN);
          count++;
        });
      }
      expect(evaluation.validationLoss).toBeCloseTo(sum / count, 5);
      const expected: { row: number; logits: readonly number[] }[] = [];
      for (const start of dataset.windows.test) {
        probabilities(start).forEach((logits, t) => {
          if (dataset.mask[start + t] === 0 || (scoredSteps === "last" && t < dataset.length - 1)) return;
          expected.push({ row: start + t, logits });
        });
      }
      expect([...evaluation.latestRows.rows]).toEqual(expected.map(({ row }) => row));
      expectClose(
        evaluation.latestRows.logits,
        expected.flatMap(({ logits }) => logits),
      );
    },
  );

  test("neither it nor the views change the training", async () => {
    const plain = await openRun(exampleExperiment(), textDataset());
    const watched = await openRun(exampleExperiment(), textDataset());
    const expected = await advanceTo(plain, 30);
    const losses: number[] = [];
    for (let step = 5; step <= 30; step += 5) {
      losses.push(...(await advanceTo(watched, step)).losses);
      await watched.evaluate();
      await watched.probe(Uint32Array.of(0, 1, 2));
      watched.generator?.begin(step, [0]);
      await watched.generator?.next(1);
    }
    expect(losses).toEqual(expected.losses);
    expect(await watched.snapshot()).toEqual(await plain.snapshot());
  });
});

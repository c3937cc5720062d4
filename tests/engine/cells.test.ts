/**
 * Cells besides the GRU in a run: the probe's views against the equations written out here once more in f64, and
 * generation, which takes a sequence one step at a time and so must carry every state that the cell has.
 */
import { describe, expect, test } from "vitest";
import type { RecurrentLayer } from "../../src/core/layer-choice.ts";
import type { Dataset } from "../../src/core/task.ts";
import type { Run } from "../../src/engine/run.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
const LENGTH = 7;
const H = 4;

type Views = Readonly<Record<string, readonly number[]>>;
/** Pre-activations of every gate from x W + b (+ bu) + h' U, [gates, H]. */
type Gates = (gate: number) => readonly number[];
/** One step of a cell: from pre-activations and the views of the step before to the views of this one. */
type Step = (a: Gates, before: Views) => Views;

const mix = (z: readonly number[], n: readonly number[], old: readonly number[]) =>
  old.map((value, j) => (1 - (z[j] ?? 0)) * value + (z[j] ?? 0) * (n[j] ?? 0));

const CELLS: readonly (readonly [RecurrentLayer, gates: number, step: Step])[] = [
  [
    { cell: "lstm", units: H },
    4,
    (a, { c: old = [] }) => {
      const [i, f, g, o] = [a(0).map(sigmoid), a(1).map(sigmoid), a(2).map(Math.tanh), a(3).map(sigmoid)];
      const c = old.map((value, j) => (f[j] ?? 0) * value + (i[j] ?? 0) * (g[j] ?? 0));
      return { i, f, g, o, c, h: c.map((value, j) => (o[j] ?? 0) * Math.tanh(value)) };
    },
  ],
  [
    { cell: "ugrnn", units: H },
    2,
    (a, { h = [] }) => {
      const z = a(0).map(sigmoid);
      const n = a(1).map(Math.tanh);
      return { z, n, h: mix(z, n, h) };
    },
  ],
  [{ cell: "rnn", activation: "tanh", units: H }, 1, (a) => ({ h: a(0).map(Math.tanh) })],
  [{ cell: "rnn", activation: "relu", units: H }, 1, (a) => ({ h: a(0).map((x) => Math.max(0, x)) })],
];

/** Views of every step of a one-layer run over a series of one feature, from the parameters of a state. */
function follow(run: Run, state: RunState, inputs: readonly number[], [, gates, step]: (typeof CELLS)[number]) {
  const parameter = (name: string) => {
    const found = run.model.segments.find((segment) => segment.layer === 0 && segment.parameter === name);
    return (i: number) => (found ? (state.params[found.offset + i] ?? Number.NaN) : 0);
  };
  const [W, U, b, bu] = [parameter("W"), parameter("U"), parameter("b"), parameter("bu")];
  const zeros = Array.from({ length: H }, () => 0);
  let views: Views = { h: zeros, c: zeros };
  return inputs.map((x) => {
    const { h = [] } = views;
    const a: Gates = (gate) =>
      zeros.map((_, j) => {
        const column = gate * H + j;
        return h.reduce(
          (sum, value, k) => sum + value * U(k * gates * H + column),
          x * W(column) + b(column) + bu(column),
        );
      });
    views = step(a, views);
    return views;
  });
}

/** The text "aabaab…": what follows an a depends on what stood before it. */
function pairsDataset(): Dataset {
  const letters = ["a", "b"];
  const dataset = textDataset();
  const symbol = (row: number) => (row % 3 === 2 ? 1 : 0);
  const rows = dataset.mask;
  return {
    ...dataset,
    input: {
      kind: "tokens",
      rows: Uint32Array.from(rows, (_, row) => symbol(row)),
      vocabulary: letters,
      boundary: null,
    },
    target: { kind: "classes", rows: Uint32Array.from(rows, (_, row) => symbol(row + 1)), labels: letters },
  };
}

const withLayers = (layers: readonly RecurrentLayer[]) => {
  const experiment = exampleExperiment();
  return { ...experiment, model: { ...experiment.model, layers: [...layers] } };
};

describe.each(CELLS.map((entry) => [JSON.stringify(entry[0]), entry] as const))("%s", (_name, entry) => {
  test("is shown by its equations after some training", async () => {
    const run = await openRun(withLayers([entry[0]]), sineDataset());
    await advanceTo(run, 15);
    const inputs = Array.from({ length: LENGTH }, (_, t) => Math.sin(t));
    const probe = await run.probe(Float32Array.from(inputs));
    const expected = follow(run, await run.snapshot(), inputs, entry);
    const views = probe.layers[0]?.views ?? [];
    expect(views.map(({ name }) => name)).toEqual(Object.keys(expected[0] ?? {}));
    for (const { name, values } of views) {
      expect(values).toHaveLength(LENGTH * H);
      // f32 against f64 over seven steps: the contract of the operation allows 2e-5.
      for (const [i, value] of expected.flatMap((step) => step[name] ?? []).entries()) {
        expect(Math.abs((values[i] ?? Number.NaN) - value)).toBeLessThan(2e-5);
      }
    }
  });

  test("learns a text that needs memory and goes on with it", async () => {
    const run = await openRun(withLayers([{ ...entry[0], units: 8 }]), pairsDataset());
    await advanceTo(run, 300);
    run.generator?.begin(1, [1]);
    const ids: (number | undefined)[] = [];
    for (let i = 0; i < 9; i++) ids.push(await run.generator?.next(0.1));
    expect(ids).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1]);
  });
});

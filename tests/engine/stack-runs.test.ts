/**
 * Runs whose layers look ahead, drop, start from learned states, or stand on an embedding: they learn, show what they do,
 * come back from their state, and refuse what they cannot do.
 */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../src/core/experiment.ts";
import type { LayerChoice, LayerOf, RecurrentLayer } from "../../src/core/layer-choice.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { obeyRules } from "../../src/tasks/obey-rules.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";

const gru: RecurrentLayer = { cell: "gru", units: 3, reset: "before", activation: "tanh" };
const after: RecurrentLayer = { cell: "gru", units: 2, reset: "after", activation: "tanh" };
const lstm: RecurrentLayer = { cell: "lstm", units: 3 };
const dense = (activation: LayerOf<"dense">["activation"]): LayerChoice => ({ cell: "dense", activation, units: 4 });
const both = { direction: "both" } as const;
const learned = { initialState: "learned" } as const;
const dropout = { dropout: 0.4 } as const;

describe("a run that looks ahead", () => {
  const experiment = (head: "every" | "last") => {
    const example = exampleExperiment();
    const layers = [
      { ...after, ...both },
      { ...lstm, ...both },
    ];
    return { ...example, model: { ...example.model, head, layers } };
  };

  test("shows both directions of a short probe as those of a long one with nothing behind it", async () => {
    const run = await openRun(experiment("every"), sineDataset());
    await advanceTo(run, 5);
    await run.probe(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const shown = await run.probe(Float32Array.of(0.3, -0.2, 0.9));
    const parts = shown.layers.map(({ layer, direction, views }) => [layer, direction, views.map(({ name }) => name)]);
    expect(parts).toEqual([
      [0, "forward", ["z", "r", "n", "h"]],
      [0, "backward", ["z", "r", "n", "h"]],
      [1, "forward", ["i", "f", "g", "o", "c", "h"]],
      [1, "backward", ["i", "f", "g", "o", "c", "h"]],
    ]);
    const reversed = await run.probe(Float32Array.of(0.9, -0.2, 0.3));
    // The backward part starts at the end of the probe: its last step has seen one value, and not the padding.
    const h = (probe: typeof shown, part: number) => probe.layers[part]?.views.at(-1)?.values ?? new Float32Array();
    const alone = await run.probe(Float32Array.of(0.9));
    expect([...h(shown, 1).slice(-2)]).toEqual([...h(alone, 1)]);
    expect([...h(reversed, 1).slice(-2)]).not.toEqual([...h(alone, 1)]);
  });

  test("speaks once under a head on the last step", async () => {
    const run = await openRun(experiment("last"), sineDataset());
    const { outputs } = await run.probe(Float32Array.of(0.3, -0.2, 0.9));
    expect([...outputs].map(Number.isFinite)).toEqual([false, false, true]);
  });

  test("cannot write on", async () => {
    const run = await openRun(experiment("every"), textDataset());
    expect(run.generator).toBeNull();
  });

  test("learns, and comes back from its state with the same losses", async () => {
    const run = await openRun(experiment("last"), sineDataset());
    const { losses } = await advanceTo(run, 30);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    const state = await run.snapshot();
    const next = await advanceTo(run, 40);
    const again = await advanceTo(await openRun(experiment("last"), sineDataset(), { state }), 40);
    expect(again.losses).toEqual(next.losses);
  });

  test("refuses to carry states", async () => {
    const carried = experiment("last");
    const refused = openRun({ ...carried, training: { ...carried.training, state: "carried" } }, sineDataset());
    await expect(refused).rejects.toMatchObject({ code: "experiment-invalid", details: { path: "training.state" } });
  });
});

describe("a run with dropout", () => {
  const experiment = (changes: Partial<Experiment["training"]> = {}) => {
    const example = exampleExperiment(changes);
    const layers = [
      { ...gru, units: 8, recurrentDropout: 0.3, ...dropout },
      { ...after, units: 6, ...dropout },
    ];
    return { ...example, model: { ...example.model, layers } };
  };

  test("leaves out other numbers at every step, and none where it is judged", async () => {
    const still = await openRun(experiment({ learningRate: 1e-7, evaluateEvery: 4, batch: 180 }), sineDataset());
    const { losses, evaluations } = await advanceTo(still, 12);
    // With nothing learned and every window in every batch, only the masks differ from step to step.
    expect(new Set(losses).size).toBe(12);
    const judged = evaluations.map(({ validationLoss }) => validationLoss);
    for (const loss of judged) expect(loss).toBeCloseTo(judged[0] ?? Number.NaN, 5);
  });

  test("goes on from its state, and from its file, with the same losses bit for bit, whatever its chunks", async () => {
    const run = await openRun(experiment(), sineDataset());
    await advanceTo(run, 17);
    const state = await run.snapshot();
    const { losses } = await advanceTo(run, 40);
    const again = await openRun(experiment(), sineDataset(), { state });
    expect((await advanceTo(again, 40)).losses).toEqual(losses);
    const saved = decodeCheckpoint(encodeCheckpoint(state, run.model));
    const opened = await openRun(experiment(), sineDataset(), { state: saved });
    const pieces: number[] = [];
    for (let step = 18; step <= 40; step++) pieces.push(...(await advanceTo(opened, step)).losses);
    expect(pieces).toEqual(losses);
  });

  test("shows a probe without it", async () => {
    const run = await openRun(experiment(), sineDataset());
    const shown = await run.probe(Float32Array.of(0.3, -0.2, 0.9));
    const plain = experiment();
    const layers = plain.model.layers.map(({ dropout: _, ...layer }) => ({ ...layer, recurrentDropout: 0 }));
    const other = await openRun({ ...plain, model: { ...plain.model, layers } }, sineDataset());
    expect(shown).toEqual(await other.probe(Float32Array.of(0.3, -0.2, 0.9)));
  });
});

describe("a run over symbols", () => {
  const experiment = (layers: readonly LayerChoice[], embedding?: Experiment["model"]["embedding"]) => {
    const example = exampleExperiment();
    return { ...example, model: { ...example.model, layers: [...layers], embedding } };
  };

  test("writes on from learned initial states through an embedding and a dense layer", async () => {
    const layers = [{ ...lstm, units: 8, ...learned }, dense("tanh")];
    const run = await openRun(experiment(layers, { width: 4 }), textDataset());
    await advanceTo(run, 200);
    run.generator?.begin(1, [0]);
    const ids: (number | undefined)[] = [];
    for (let i = 0; i < 6; i++) ids.push(await run.generator?.next(0.1));
    expect(ids).toEqual([1, 2, 0, 1, 2, 0]);
    // What generation starts from is what a probe starts from: the same first answer.
    const probe = await run.probe(Uint32Array.of(0));
    run.generator?.begin(2, [0]);
    expect(probe.outputs.indexOf(Math.max(...probe.outputs))).toBe(await run.generator?.next(1e-6));
    const saved = decodeCheckpoint(encodeCheckpoint(await run.snapshot(), run.model));
    const names = run.model.segments.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["embedding.E", "layers.0.h0", "layers.0.c0", "layers.1.W"]));
    expect(saved.inputWidth).toBe(3);
  });

  test.each([
    ["model.embedding.padding", [gru], { width: 4, padding: 3 }],
    ["model.layers.0.cell", [dense("tanh"), gru], undefined],
  ] as const)("refuses %s that fits no symbol", async (path, layers, embedding) => {
    const refused = openRun(experiment(layers, embedding), textDataset());
    await expect(refused).rejects.toMatchObject({ code: "experiment-invalid", details: { path } });
  });

  test("numbers have no embedding", async () => {
    const refused = openRun(experiment([gru], { width: 4 }), sineDataset());
    await expect(refused).rejects.toMatchObject({ details: { path: "model.embedding" } });
  });
});

test("rows that are no steps change nothing but themselves", async () => {
  const dataset = sineDataset();
  const rows = dataset.mask.map((_, row) => (row % 7 === 3 ? 0 : 1));
  const garbage = dataset.input.rows.map((value, row) => (rows[row] === 0 ? 1e3 : value));
  const holes = { ...dataset, mask: rows, present: rows };
  const experiment = exampleExperiment();
  const input = { ...dataset.input, kind: "features", rows: Float32Array.from(garbage), columns: [] } as const;
  const columns = dataset.input.kind === "features" ? dataset.input.columns : [];
  const [clean, dirty] = await Promise.all([
    openRun(experiment, holes),
    openRun(experiment, { ...holes, input: { ...input, columns } }),
  ]);
  const [expected, got] = await Promise.all([advanceTo(clean, 20), advanceTo(dirty, 20)]);
  expect(got.losses).toEqual(expected.losses);
});

test.each(["every", "last"] as const)("windows in chunks draw the masks of whole ones, head on %s", async (head) => {
  const losses = async (checkpoint: number | "never") => {
    const example = exampleExperiment({ checkpoint, learningRate: 0.01 });
    const layers = [
      { ...gru, units: 6, ...dropout, norm: "layer" as const, recurrentDropout: 0.3 },
      { ...lstm, units: 5, recurrentDropout: 0.3, ...dropout },
      { ...dense("tanh"), ...dropout },
    ];
    const run = await openRun({ ...example, model: { ...example.model, head, layers } }, sineDataset());
    return (await advanceTo(run, 30)).losses;
  };
  const [whole, chunked] = await Promise.all([losses("never"), losses(2)]);
  expect(chunked).toHaveLength(whole.length);
  // Gradients of chunks are added in another order; 30 updates carry the last bits on.
  for (const [step, loss] of whole.entries()) expect(chunked[step]).toBeCloseTo(loss, 4);
});

test("looking ahead is refused where it would read the answers", () => {
  const { task, model, training } = exampleExperiment();
  const layers = [gru, { ...lstm, ...both }];
  const experiment = { version: 1 as const, task, training, seed: 1, model: { ...model, layers } };
  expect(() => obeyRules({ ...experiment, model: { ...experiment.model, head: "last" } })).not.toThrow();
  expect(() => obeyRules(experiment)).toThrow(/model\.layers\.1\.direction/);
});

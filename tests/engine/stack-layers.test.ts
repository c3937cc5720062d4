/**
 * What a layer of a stack may say besides its cell: whole Programs against central differences for each of these, alone and
 * together, what the plain path must not pay for them, and what a probe shows of them.
 */
import { describe, expect, test } from "vitest";
import type { LayerChoice } from "../../src/core/layer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "./examples.ts";
import { compareGradients, floats, spec } from "./whole-program.ts";

const gru: LayerChoice = { cell: "gru", units: 3, reset: "before", activation: "tanh" };
const after: LayerChoice = { cell: "gru", units: 2, reset: "after", activation: "tanh" };
const lstm: LayerChoice = { cell: "lstm", units: 3 };
const rnn: LayerChoice = { cell: "rnn", units: 2, activation: "tanh" };
const ugrnn: LayerChoice = { cell: "ugrnn", units: 2 };
const both = { direction: "both" } as const;
const ce = { name: "ce", smoothing: 0 } as const;

/** Resident rows that are steps; holes inside windows, at their ends, and one window without its last step. */
const PRESENT = [1, 1, 1, 0, 1, 1, 0, 1, 1];

const CASES: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  ["both directions, every", { layers: [{ ...gru, ...both }] }],
  ["both directions, last", { layers: [{ ...gru, ...both }], head: "last" }],
  [
    "both over both, every",
    {
      layers: [
        { ...lstm, ...both },
        { ...after, ...both },
      ],
    },
  ],
  [
    "both over both, last",
    {
      layers: [
        { ...rnn, ...both },
        { ...lstm, ...both },
      ],
      head: "last",
    },
  ],
  ["forward over both", { layers: [{ ...ugrnn, ...both }, after] }],
  ["both over forward", { layers: [after, { ...ugrnn, ...both }], head: "last" }],
  ["both over tokens", { layers: [{ ...after, ...both }, rnn], input: "tokens", loss: ce }],
  ["masked", { layers: [gru, lstm], masked: true }],
  ["masked, last", { layers: [lstm, after], masked: true, head: "last" }],
  [
    "masked, both directions",
    {
      layers: [
        { ...rnn, ...both },
        { ...gru, ...both },
      ],
      masked: true,
    },
  ],
  [
    "masked, both directions, last",
    {
      layers: [
        { ...ugrnn, ...both },
        { ...lstm, ...both },
      ],
      masked: true,
      head: "last",
    },
  ],
];

describe("gradients of the training Program", () => {
  test.each(CASES)("%s", (_name, changes) => {
    const chosen = spec(changes);
    compareGradients(chosen, (tensors) => {
      if (chosen.masked) floats(tensors, "data.present").set(PRESENT);
    });
  });
});

test("a plain model plays what it always played, and nothing for what it does not use", () => {
  const { phases } = buildProgram(spec({ layers: [lstm, gru], head: "last" })).program;
  const names = (phase: "forward" | "backward" | "evaluate") => phases[phase]?.map(({ operation }) => operation);
  const forward = [
    ...["batch-gather", "batch-gather", "batch-gather", "mask-count"],
    ...["project-forward", "lstm-forward", "project-forward", "gru-forward"],
    ...["project-forward", "loss-mse", "reduce-loss"],
  ];
  expect(names("forward")).toEqual(forward);
  expect(names("evaluate")).toEqual(forward);
  expect(names("backward")).toEqual([
    ...["input-gradient", "weight-gradient", "bias-gradient"],
    ...["gru-backward", "input-gradient", "weight-gradient", "weight-gradient", "weight-gradient", "bias-gradient"],
    ...["lstm-backward", "weight-gradient", "weight-gradient", "bias-gradient", "bias-gradient"],
  ]);
});

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

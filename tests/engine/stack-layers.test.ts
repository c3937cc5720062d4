/**
 * What a layer of a stack may say besides its cell: whole Programs against central differences for each of these, alone and
 * together, and what the plain path must not pay for them.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import type { LayerChoice, LayerOf, RecurrentLayer } from "../../src/core/layer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";
import { compareGradients, fill, floats, playLoss, spec, words } from "./whole-program.ts";

const gru: RecurrentLayer = { cell: "gru", units: 3, reset: "before", activation: "tanh" };
const after: RecurrentLayer = { cell: "gru", units: 2, reset: "after", activation: "tanh" };
const lstm: RecurrentLayer = { cell: "lstm", units: 3 };
const rnn: RecurrentLayer = { cell: "rnn", units: 2, activation: "tanh" };
const ugrnn: RecurrentLayer = { cell: "ugrnn", units: 2 };
const dense = (activation: LayerOf<"dense">["activation"]): LayerChoice => ({ cell: "dense", activation, units: 4 });
const both = { direction: "both" } as const;
const learned = { initialState: "learned" } as const;
const norm = { norm: "layer" } as const;
const dropout = { dropout: 0.4 } as const;
const dropping = (layer: RecurrentLayer): RecurrentLayer => ({ ...layer, recurrentDropout: 0.3 });
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
  [
    "learned initial states",
    {
      layers: [
        { ...gru, ...learned },
        { ...lstm, ...learned },
      ],
    },
  ],
  ["learned initial states, both directions, last", { layers: [{ ...lstm, ...both, ...learned }], head: "last" }],
  ["learned initial states, masked", { layers: [{ ...rnn, ...both, ...learned }], masked: true }],
  [
    "layer norm",
    {
      layers: [
        { ...gru, ...norm },
        { ...lstm, ...norm },
      ],
    },
  ],
  ["layer norm, both directions, masked, last", { layers: [{ ...gru, ...both, ...norm }], masked: true, head: "last" }],
  [
    "dropout between layers",
    {
      layers: [
        { ...gru, ...dropout },
        { ...after, ...dropout },
      ],
    },
  ],
  ["dropout after norm, both directions", { layers: [{ ...rnn, ...both, ...norm, ...dropout }] }],
  ["dropout of final states", { layers: [gru, { ...lstm, ...dropout }], head: "last" }],
  [
    "recurrent dropout, GRU",
    {
      layers: [
        { ...gru, recurrentDropout: 0.4 },
        { ...after, recurrentDropout: 0.3 },
      ],
    },
  ],
  ["recurrent dropout, LSTM over RNN", { layers: [dropping(rnn), dropping(lstm)] }],
  ["recurrent dropout, UGRNN both ways", { layers: [{ ...dropping(ugrnn), ...both }], masked: true }],
  ["dense over recurrent, every", { layers: [gru, dense("tanh"), dense("softmax")] }],
  [
    "dense over recurrent, last",
    { layers: [{ ...lstm, ...both, returnSequences: false }, dense("sigmoid")], head: "last" },
  ],
  ["dense below recurrent", { layers: [{ ...dense("relu"), ...norm }, lstm], head: "last" }],
  ["linear dense with dropout", { layers: [gru, { ...dense("linear"), ...dropout }] }],
  ["embedding", { layers: [gru], embedding: { width: 3 }, input: "tokens", loss: ce }],
  ["embedding under dense", { layers: [dense("tanh"), rnn], embedding: { width: 2 }, input: "tokens", loss: ce }],
  [
    "everything at once",
    {
      layers: [
        { ...after, ...both, ...learned, ...norm, ...dropout, recurrentDropout: 0.3 },
        { ...gru, ...both, ...learned, ...norm, recurrentDropout: 0.3 },
        { ...dense("tanh"), ...dropout },
      ],
      ...{ embedding: { width: 3 }, input: "tokens", loss: ce, masked: true, head: "last" },
    },
  ],
];

describe("gradients of the training Program", () => {
  test.each(CASES)("%s", (_name, changes) => {
    const chosen = spec(changes);
    compareGradients(chosen, (tensors) => {
      if (chosen.masked) floats(tensors, "data.present").set(PRESENT);
      words(tensors, TENSOR.key()).set([7, 12]);
    });
  });

  test("a padding symbol has none", () => {
    const chosen = spec({ layers: [gru], embedding: { width: 3, padding: 2 }, input: "tokens", loss: ce });
    const { program, model } = buildProgram(chosen);
    const bound = bindProgram(program, 64);
    fill(bound.tensors, chosen);
    playLoss(bound);
    bound.play("backward", {});
    const at = model.segments.find(({ name }) => name === "embedding.E")?.offset ?? Number.NaN;
    const rows = floats(bound.tensors, "grads").subarray(at, at + 15);
    expect([...words(bound.tensors, "batch.input")]).toContain(2);
    for (let id = 0; id < 5; id++) {
      const used = words(bound.tensors, "batch.input").subarray(0, 12).includes(id) && id !== 2;
      expect(rows.subarray(id * 3, id * 3 + 3).some((value) => value !== 0)).toBe(used);
    }
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

test("the step of the masks does not move on while a flag is raised", () => {
  const chosen = spec({ layers: [{ ...gru, ...dropout }] });
  const bound = bindProgram(buildProgram(chosen).program, 64);
  fill(bound.tensors, chosen);
  words(bound.tensors, TENSOR.key()).set([7, 12]);
  const update = {
    learningRate: 0,
    momentum: 0,
    nesterov: 0,
    weightDecay: 0,
    first: 1,
    clip: 0,
    clipValue: 0,
    l1: 0,
    slot: 0,
  };
  const step = () => {
    playLoss(bound);
    bound.play("backward", {});
    bound.play("update", update);
    return words(bound.tensors, TENSOR.key())[1];
  };
  expect(step()).toBe(13);
  expect(step()).toBe(14);
  words(bound.tensors, "flags")[0] = 1;
  expect(step()).toBe(14);
});

/**
 * The training Program of an encoder with a decoder against central differences in Float64: every parameter, through
 * outputs and final states of stacks in one and both directions, with sources of different lengths, given symbols and
 * scheduled sampling, whose choices stay as they are because key and argmax do.
 */
import { describe, expect, it } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { RecurrentLayer } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { DecoderSettings } from "../../src/engine/sequence-to-sequence/decoder-settings.ts";

const S = 3;
const T = 4;
const B = 2;
const V = 5;
/** Three pairs, of which the batch takes the last two. */
const PAIRS = 3;
const SCALARS = { slot: 0, live: B };

const ugrnn = (units: number): RecurrentLayer => ({ cell: "ugrnn", units });
const gru = (units: number): RecurrentLayer => ({ cell: "gru", reset: "before", activation: "tanh", units });
const additive = { kind: "bahdanau", attention: { score: "additive", width: 3 } } as const;
const dot = { kind: "luong", attention: { score: "dot" } } as const;

type Model = Pick<DecoderSettings, "form" | "layer"> & { readonly layers: readonly RecurrentLayer[] };

const MODELS: readonly (readonly [string, Model])[] = [
  ["one layer, Bahdanau", { layers: [gru(4)], layer: gru(4), form: additive }],
  [
    "two layers, the upper in both directions, Luong",
    { layers: [ugrnn(3), { ...ugrnn(2), direction: "both" }], layer: gru(4), form: dot },
  ],
  [
    "an LSTM in both directions, plain",
    { layers: [{ cell: "lstm", units: 2, direction: "both" }], layer: ugrnn(4), form: { kind: "plain" } },
  ],
  ["one layer, plain, into an LSTM", { layers: [gru(3)], layer: { cell: "lstm", units: 3 }, form: { kind: "plain" } }],
];

const SAMPLING: readonly DecoderSettings["sampling"][] = [null, { ratio: 0.4, draw: 0 }, { ratio: 0.4, draw: 1 }];

/** The Program of a model with its data and a loss. */
function createSequence({ layers, layer, form }: Model, sampling: DecoderSettings["sampling"]) {
  const { program } = buildProgram({
    ...{ layers, inputWidth: V, outputs: V, input: "tokens", head: "every", loss: { name: "ce", smoothing: 0 } },
    ...{ optimizer: USUAL_OPTIMIZERS.sgd, masked: true, T: S + T, B, R: PAIRS * (S + T), K: 1, M: 1 },
    ...{ probeLength: 0, generate: false },
    decoder: { layer, form, sourceSteps: S, boundary: 0, sampling },
  });
  const bound = bindProgram(program, 64);
  const floats = (tensor: string) => {
    const found = bound.tensors.get(tensor);
    if (!(found instanceof Float64Array)) throw new Error(`${tensor} is no f64 tensor`);
    return found;
  };
  const words = (tensor: string) => {
    const found = bound.tensors.get(tensor);
    if (!(found instanceof Uint32Array)) throw new Error(`${tensor} is no u32 tensor`);
    return found;
  };
  const rows = PAIRS * (S + T);
  floats("params").set(seededArray("params", floats("params").length));
  for (const tensor of ["data.input", "data.target"]) {
    words(tensor).set(seededArray(tensor, rows, 0.5).map((value) => Math.floor((value + 0.5) * V)));
  }
  words("starts").set([S + T, 2 * (S + T)]);
  words("dropout.key").set([11, 3]);
  // The first pair of the batch has two source steps and three decoder steps, the other has them all.
  floats("data.present")
    .fill(1)
    .fill(0, S + T + 2, S + T + S);
  floats("data.mask")
    .fill(1)
    .fill(0, 2 * (S + T) - 1, 2 * (S + T));
  return { bound, floats, words };
}

describe.each(MODELS)("%s", (_title, model) => {
  it.each(SAMPLING)("every gradient is that of central differences, sampling %j", (sampling) => {
    const { bound, floats } = createSequence(model, sampling);
    const loss = () => {
      bound.play("forward", SCALARS);
      return floats("loss")[0] ?? Number.NaN;
    };
    loss();
    bound.play("backward", {});
    // Played twice, so that nothing may lean on what was 0 at first.
    loss();
    bound.play("backward", {});
    const grads = floats("grads").slice();
    assertClose("params", grads, differentiate(loss, floats("params")));
  });

  it("decodes by itself what it reads again as given", () => {
    const { bound, floats, words } = createSequence(model, null);
    bound.play("decode", SCALARS);
    const own = words("batch.input").slice();
    const logits = floats("logits").slice();
    // Each symbol after the first is the likeliest of the step before.
    for (let i = B; i < T * B; i++) {
      const row = logits.slice((i - B) * V, (i - B + 1) * V);
      expect(own[i]).toBe(row.indexOf(Math.max(...row)));
    }
    const data = words("data.input");
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) data[(b + 1) * (S + T) + S + t] = own[t * B + b] ?? 0;
    }
    bound.play("evaluate", SCALARS);
    assertClose("logits", floats("logits"), logits, 1e-13);
  });
});

it("scheduled sampling reads some given and some own symbols, and others in the next step", () => {
  const [, model] = MODELS[0] ?? [];
  if (!model) throw new Error("there is no model");
  const { bound, words } = createSequence(model, { ratio: 0.5, draw: 1 });
  const read = (step: number) => {
    words("dropout.key").set([11, step]);
    bound.play("forward", SCALARS);
    return words("batch.input").slice();
  };
  expect(read(1)).toEqual(read(1));
  const all = Array.from({ length: 8 }, (_, step) => read(step).join());
  expect(new Set(all).size).toBeGreaterThan(1);
  bound.play("evaluate", SCALARS);
  const given = words("batch.input").slice();
  expect(all.some((ids) => ids !== given.join())).toBe(true);
  expect(given.subarray(0, B)).toEqual(read(1).subarray(0, B));
});

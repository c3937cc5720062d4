/** What the schema says of an experiment that it refuses: path, what was expected and what came, in plain words. */
import { describe, expect, it } from "vitest";
import { parseExperiment } from "./experiment.ts";

const layer = { cell: "gru", reset: "after", activation: "tanh", units: 8 };
const valid = {
  version: 1,
  task: { name: "seattle-weather" },
  model: { layers: [layer], head: "every", initialMemory: 0 },
  training: {
    optimizer: { name: "sgd", momentum: 0 },
    learningRate: 0.01,
    clipNorm: null,
    batch: 2,
    length: 5,
    evaluateEvery: 10,
  },
  seed: 1,
};

const dense = { cell: "dense", units: 3, activation: "linear" };
const modelWith = (layers: unknown) => ({ ...valid, model: { ...valid.model, layers } });
const { seed: _seed, ...seedless } = valid;

describe("refusals", () => {
  it.each<readonly [string, unknown, readonly [path: string, expected: string, actual: string]]>([
    ["an unknown field", { ...valid, foo: 1 }, ["foo", "left out", "1"]],
    [
      "an unknown field deep down",
      modelWith([{ ...layer, zoneout: 0.5 }]),
      ["model.layers.0.zoneout", "left out", "0.5"],
    ],
    ["a missing field", seedless, ["seed", "given", "missing"]],
    ["a task without a name", { ...valid, task: {} }, ["task.name", expect.stringMatching(/^one of /), "missing"]],
    ["text for a number", { ...valid, seed: "x" }, ["seed", "a whole number from 0 to 4294967295", '"x"']],
    ["a number for a part", { ...valid, model: 3 }, ["model", "an object", "3"]],
    [
      "a cell of later versions",
      modelWith([{ ...layer, cell: "sru" }]),
      ["model.layers.0.cell", expect.stringMatching(/^one of /), '"sru"'],
    ],
    [
      "an unknown start of weights",
      { ...valid, model: { ...valid.model, initialisation: { input: "ones", recurrent: "orthogonal" } } },
      ["model.initialisation.input", expect.stringMatching(/^one of glorot-uniform, /), '"ones"'],
    ],
    [
      "layers without a memory",
      modelWith([dense]),
      ["model.layers", "at least one recurrent layer", expect.stringContaining("dense")],
    ],
    [
      "a final state for another layer",
      { ...valid, model: { ...valid.model, head: "last", layers: [{ ...layer, returnSequences: false }, layer] } },
      ["model.layers.0.returnSequences", "true or left out below another recurrent layer", "false"],
    ],
    [
      "a final state under a head on every step",
      modelWith([{ ...layer, returnSequences: false }, dense]),
      ["model.layers.0.returnSequences", "true or left out under a head on every step", "false"],
    ],
    [
      "a dropout of everything",
      modelWith([{ ...layer, dropout: 1 }]),
      ["model.layers.0.dropout", "a number from 0 to 0.9", "1"],
    ],
    ["no layer", modelWith([]), ["model.layers", "at least 1 layer", "[]"]],
    ["no object at all", "x", ["the experiment", "an object", '"x"']],
    ["nothing", undefined, ["the experiment", "an object", "missing"]],
  ])("names the field and both sides of %s", (_, value, [path, expected, actual]) => {
    expect(parseExperiment(value)).toEqual({
      ok: false,
      code: "experiment-invalid",
      issues: [{ path, expected, actual }],
    });
  });

  it("lists every wrong field", () => {
    const parsed = parseExperiment({ ...valid, seed: -1, version: 0 });
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: "version" }, { path: "seed" }] });
  });

  it("tells a newer version from a wrong one", () => {
    expect(parseExperiment({ ...valid, version: 2, foo: 1 })).toMatchObject({ ok: false, code: "experiment-newer" });
  });
});

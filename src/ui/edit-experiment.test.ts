/** Form rules: what is accepted is what the schema accepts, nothing is clamped, and nothing is changed in place. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Experiment, parseExperiment } from "../core/experiment.ts";
import { FIELD_RANGES, type FieldName } from "../core/fields.ts";
import { CELL_NAMES } from "../core/layer-choice.ts";
import {
  defaultAt,
  hasInitialMemory,
  numberAt,
  parseNumber,
  pathOf,
  restartChanges,
  showNumber,
  wantsInitialMemory,
  withCell,
  withHead,
  withInitialisation,
  withLayerAdded,
  withLayerRemoved,
  withNumber,
  withOptimizer,
  withValue,
} from "./edit-experiment.ts";
import { recallExperiment, weatherExperiment } from "./samples.ts";

const edited = (outcome: ReturnType<typeof withValue>): Experiment => {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.issues));
  return outcome.experiment;
};

describe("parseNumber", () => {
  it.each(["", " ", "abc", "0x10", "1,5", "1e", "--1", "Infinity", "NaN", "1 2"])("takes %j for no number", (text) => {
    expect(parseNumber(text, FIELD_RANGES.learningRate)).toEqual({ ok: false, reason: "not-a-number" });
  });

  it("takes commas between thousands only where a whole number is asked for", () => {
    expect(parseNumber("1,024", FIELD_RANGES.units)).toEqual({ ok: true, value: 1024 });
    expect(parseNumber("4,294,967,295", FIELD_RANGES.seed)).toEqual({ ok: true, value: 4294967295 });
    expect(parseNumber("1,5", FIELD_RANGES.units)).toEqual({ ok: false, reason: "not-a-number" });
    expect(parseNumber("1,024", FIELD_RANGES.learningRate)).toEqual({ ok: false, reason: "not-a-number" });
  });

  it("refuses instead of clamping or rounding", () => {
    expect(parseNumber("0", FIELD_RANGES.units)).toEqual({ ok: false, reason: "out-of-range" });
    expect(parseNumber("1000000000", FIELD_RANGES.units)).toEqual({ ok: false, reason: "out-of-range" });
    expect(parseNumber("1.5", FIELD_RANGES.units)).toEqual({ ok: false, reason: "not-whole" });
  });

  it("reads back every number that it shows", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 1e6, noNaN: true }), (value) => {
        expect(parseNumber(showNumber(value), FIELD_RANGES.learningRate)).toEqual({ ok: true, value });
      }),
    );
  });

  it("agrees with the schema on every numeric field of the weather experiment", () => {
    const fields: readonly FieldName[] = ["seed", "batch", "length", "learningRate", "initialMemory", "evaluateEvery"];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.double({ min: -1e7, max: 1e7, noNaN: true }), (field, value) => {
        const place = { field, layer: null };
        const form = parseNumber(showNumber(value), FIELD_RANGES[field]);
        expect(form.ok).toBe(withValue(weatherExperiment, pathOf(place), value).ok);
      }),
    );
  });
});

describe("places", () => {
  it("finds the units of the layer that is meant", () => {
    const two = edited(withLayerAdded(weatherExperiment));
    const wide = edited(withValue(two, "model.layers.1.units", 7));
    expect(numberAt(wide, { field: "units", layer: 1 })).toBe(7);
    expect(numberAt(wide, { field: "units", layer: 0 })).toBe(
      numberAt(weatherExperiment, { field: "units", layer: 0 }),
    );
  });

  it("tells a field that is off from one that is not there", () => {
    const off = edited(withValue(weatherExperiment, "training.clipNorm", null));
    expect(numberAt(off, { field: "clipNorm", layer: null })).toBeNull();
    expect(numberAt(off, { field: "lag", layer: null })).toBeUndefined();
  });

  it("prefers the preset's value as default and falls back on the table", () => {
    const place = { field: "lag", layer: null } as const;
    expect(defaultAt(edited(withValue(recallExperiment, "task.lag", 9)), place)).toBe(9);
    expect(defaultAt(weatherExperiment, place)).toBe(FIELD_RANGES.lag.default);
  });
});

describe("structure", () => {
  it("adds up to four layers and keeps at least one", () => {
    let experiment = weatherExperiment;
    for (let count = experiment.model.layers.length; count < 4; count++)
      experiment = edited(withLayerAdded(experiment));
    expect(withLayerAdded(experiment).ok).toBe(false);
    expect(withLayerRemoved(weatherExperiment, 0).ok).toBe(false);
    expect(edited(withLayerRemoved(experiment, 1)).model.layers).toHaveLength(3);
  });

  it("gives a layer each cell with its own fields, as wide as before", () => {
    for (const cell of CELL_NAMES) {
      const [layer] = edited(withCell(weatherExperiment, 0, cell)).model.layers;
      expect(layer).toMatchObject({ cell, units: 32 });
    }
    const relu = edited(withValue(weatherExperiment, "model.layers.0.activation", "relu"));
    expect(edited(withCell(relu, 0, "rnn")).model.layers).toEqual([{ cell: "rnn", activation: "relu", units: 32 }]);
    expect(edited(withCell(relu, 0, "ugrnn")).model.layers).toEqual([{ cell: "ugrnn", units: 32 }]);
  });

  it("keeps what both kinds of layer know, and nothing that means something else to the other", () => {
    const last = edited(withHead(weatherExperiment, "last"));
    const two = edited(withLayerAdded(last));
    const chosen = ["direction", "norm", "dropout"].reduce(
      (experiment, part, i) => edited(withValue(experiment, `model.layers.1.${part}`, ["both", "layer", 0.2][i])),
      two,
    );
    const [, dense] = edited(withCell(chosen, 1, "dense")).model.layers;
    expect(dense).toEqual({ cell: "dense", activation: "tanh", units: 32, norm: "layer", dropout: 0.2 });
    const linear = edited(withValue(edited(withCell(chosen, 1, "dense")), "model.layers.1.activation", "linear"));
    expect(edited(withCell(linear, 1, "rnn")).model.layers[1]).toMatchObject({ cell: "rnn", activation: "tanh" });
    expect(withCell(weatherExperiment, 0, "dense").ok).toBe(false);
  });

  it("leaves out what a document means by itself", () => {
    const place = { field: "dropout", layer: 0 } as const;
    expect(numberAt(weatherExperiment, place)).toBe(0);
    const dropping = edited(withNumber(weatherExperiment, place, 0.5));
    expect(numberAt(dropping, place)).toBe(0.5);
    expect(restartChanges(weatherExperiment, edited(withNumber(dropping, place, 0)))).toEqual([]);
  });

  it("reads forward again where a layer would see the answers, and hands on whole sequences", () => {
    const ahead = edited(withValue(edited(withHead(weatherExperiment, "last")), "model.layers.0.direction", "both"));
    expect(ahead.model.layers[0]).toMatchObject({ direction: "both" });
    expect(JSON.stringify(edited(withHead(ahead, "every")))).not.toContain("both");
    const final = edited(withValue(ahead, "model.layers.0.returnSequences", false));
    expect(withLayerAdded(final).ok).toBe(true);
    expect(withHead(final, "every").ok).toBe(true);
  });

  it("offers initial memory where a layer has a gate for it", () => {
    const plain = edited(withCell(weatherExperiment, 0, "rnn"));
    expect(hasInitialMemory(plain)).toBe(false);
    expect(hasInitialMemory(edited(withCell(edited(withLayerAdded(plain)), 1, "ugrnn")))).toBe(true);
  });

  it("makes a valid experiment with either optimizer", () => {
    expect(parseExperiment(edited(withOptimizer(weatherExperiment, "sgd"))).ok).toBe(true);
    expect(edited(withOptimizer(weatherExperiment, "adam")).training.optimizer.name).toBe("adam");
  });

  it("never changes the experiment that came in", () => {
    const before = JSON.stringify(weatherExperiment);
    withValue(weatherExperiment, "model.layers.0.units", 3);
    withLayerAdded(weatherExperiment);
    withOptimizer(weatherExperiment, "sgd");
    expect(JSON.stringify(weatherExperiment)).toBe(before);
  });
});

describe("task rules", () => {
  it("lets the length of a recall window follow its lag", () => {
    expect(edited(withValue(recallExperiment, "task.lag", 20)).training.length).toBe(21);
  });

  it("carries state only where windows follow one another", () => {
    const carried = edited(withValue(weatherExperiment, "training.state", "carried"));
    expect(carried.training.state).toBe("carried");
    expect(edited(withValue(carried, "task", recallExperiment.task)).training.state).toBe("fresh");
  });

  it("leaves the length alone where the user may choose it", () => {
    expect(edited(withValue(weatherExperiment, "training.length", 7)).training.length).toBe(7);
  });
});

describe("restartChanges", () => {
  it("names every field that needs a new run and no live one", () => {
    const live = edited(withValue(weatherExperiment, "training.learningRate", 0.5));
    expect(restartChanges(weatherExperiment, live)).toEqual([]);
    const wide = edited(withValue(edited(withValue(live, "model.layers.0.units", 5)), "seed", 77));
    expect(restartChanges(weatherExperiment, wide)).toEqual(["model.layers.0.units", "seed"]);
  });

  it("reports an added layer as one change of the stack", () => {
    expect(restartChanges(weatherExperiment, edited(withLayerAdded(weatherExperiment)))).toEqual(["model.layers"]);
  });
});

describe("wantsInitialMemory", () => {
  it("speaks up from lag 32 on, and not once the memory is there", () => {
    const long = edited(withValue(recallExperiment, "task.lag", 32));
    expect(wantsInitialMemory(long)).toBe(true);
    expect(wantsInitialMemory(edited(withValue(long, "task.lag", 31)))).toBe(false);
    expect(wantsInitialMemory(edited(withValue(long, "model.initialMemory", 1)))).toBe(false);
    const own = edited(withValue(long, "model.layers.0.initialMemory", 1));
    expect(wantsInitialMemory(own)).toBe(false);
    expect(wantsInitialMemory(edited(withValue(own, "model.layers.0.initialMemory", undefined)))).toBe(true);
  });
});

describe("the start of weights", () => {
  const zeros = edited(withInitialisation(weatherExperiment, { recurrent: "zeros" }));

  it("changes one choice and keeps the other at what is usual", () => {
    expect(zeros.model.initialisation).toEqual({ input: "glorot-uniform", recurrent: "zeros" });
    expect(restartChanges(weatherExperiment, zeros)).toEqual(["model.initialisation"]);
    const both = edited(withInitialisation(zeros, { input: "he-normal" }));
    expect(both.model.initialisation).toEqual({ input: "he-normal", recurrent: "zeros" });
  });

  it("is no change once it is the usual one again", () => {
    const back = edited(withInitialisation(zeros, { recurrent: "orthogonal" }));
    expect(restartChanges(weatherExperiment, back)).toEqual([]);
    expect(JSON.stringify(back)).toBe(JSON.stringify(weatherExperiment));
  });
});

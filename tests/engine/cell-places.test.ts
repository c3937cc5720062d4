/**
 * Every cell behind its interface, as a layer's place says: both directions, masks, dropped states, whole and step by
 * step. The calls are played in Float64 and their gradients compared with central differences, the mask of dropout fixed.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { RecurrentLayer } from "../../src/core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../../src/core/program.ts";
import type { BackwardPlace } from "../../src/engine/cells/cell.ts";
import { findCell } from "../../src/engine/cells/find-cell.ts";
import { bindSegments, createModel } from "../../src/engine/model.ts";
import { ProgramDraft } from "../../src/engine/program-draft.ts";

const [T, B, H] = [4, 3, 3];
const ROW = B * H;

const LAYERS: readonly RecurrentLayer[] = [
  { cell: "gru", units: H, reset: "before", activation: "tanh" },
  { cell: "gru", units: H, reset: "after", activation: "tanh" },
  { cell: "lstm", units: H },
  { cell: "ugrnn", units: H },
  { cell: "rnn", units: H, activation: "tanh" },
];

interface Play {
  readonly reverse: 0 | 1;
  readonly masked: 0 | 1;
  readonly rate: number;
  /** Every step in calls of its own. */
  readonly parts: boolean;
}

const PLAYS = ([0, 1] as const).flatMap((reverse) =>
  ([0, 1] as const).flatMap((masked) =>
    [0, 0.4].flatMap((rate) => [false, true].map((parts): Play => ({ reverse, masked, rate, parts }))),
  ),
);

const CASES = LAYERS.flatMap((layer) =>
  PLAYS.map((play) => [`${JSON.stringify(layer)}, ${JSON.stringify(play)}`, layer, play] as const),
);

/** A hole, one step only, and no step at all. */
const MASK = [1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];

/** One layer in a Program of its own, played as a place says; its record is filled by hand instead of projected. */
function buildPlace(layer: RecurrentLayer, { reverse, masked, rate, parts }: Play) {
  const cell = findCell(layer);
  const draft = new ProgramDraft();
  const model = createModel({ layers: [layer], inputWidth: 1, outputs: 0 });
  const declare = (name: string, ...shape: number[]) => draft.declare(name, "f32", shape, "activation");
  const rowsOf = (names: readonly string[], prefix = ""): Readonly<Record<string, TensorBinding>> =>
    Object.fromEntries(names.map((name) => [name, declare(prefix + name, T + 1, B, H)]));
  declare("params", model.P);
  declare("grads", model.P);
  const { h, dh } = { h: declare("h", T + 1, B, H), dh: declare("dh", T + 1, B, H) };
  const [first, last] = reverse === 1 ? [T, 1] : [1, T];
  const place: BackwardPlace = {
    ...{ label: "layer", T, B, H, h, dh, reverse, masked, upstream: 1, stateUpstream: 1, flagBit: 1 },
    states: rowsOf(cell.extraStates),
    dStates: rowsOf(cell.extraStates, "d"),
    record: declare("record", T, B, cell.recordSlots, H),
    droppedStates: declare("droppedStates", T, B, H),
    mask: declare("mask", T, B),
    key: draft.declare("key", "u32", [2], "batch"),
    flags: draft.declare("flags", "u32", [1], "metrics"),
    parameters: bindSegments(model, "layers.0", "params"),
    gradients: bindSegments(model, "layers.0", "grads"),
    dropout: { rate, site: 3 },
    steps: { from: first, to: last },
    rows: { from: T - reverse * T, to: reverse * T },
  };
  const each = (from: number, to: number, call: (at: { from: number; to: number }) => readonly OperationCall[]) => {
    if (!parts) return call({ from, to });
    const order = Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + (to > from ? i : -i));
    return order.flatMap((at) => call({ from: at, to: at }));
  };
  const phases = {
    forward: each(first, last, (steps) => cell.forward({ ...place, steps })),
    backward: [
      ...each(place.rows.from, place.rows.to, (rows) => cell.backward({ ...place, rows })),
      ...cell.parameterGradients(place),
    ],
  };
  return { cell, model, ...bindProgram({ tensors: draft.tensors(), phases }, 64) };
}

type Built = ReturnType<typeof buildPlace>;

function floats({ tensors }: Pick<Built, "tensors">, name: string): Float64Array {
  const array = tensors.get(name);
  if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
  return array;
}

/** Fills the inputs and returns L = Σ g⊙h of all states but the initial one, and of every extra state's final row. */
function prepare(built: Built, { reverse }: Play) {
  const { cell, model, tensors } = built;
  const start = reverse * T * ROW;
  const final = (T - reverse * T) * ROW;
  const names = ["h", ...cell.extraStates];
  for (const name of names) floats(built, name).set(seededArray(`${name}0`, ROW), start);
  floats(built, "params").set(seededArray("params", model.P, 0.8));
  floats(built, "mask").set(MASK);
  tensors.get("key")?.set([7, 11]);
  const a = seededArray("a", floats(built, "record").length);
  const g = new Map(names.map((name) => [name, seededArray(`g${name}`, (T + 1) * ROW)]));
  for (const [name, array] of g) {
    if (name === "h") array.fill(0, start, start + ROW);
    else array.fill(0, 0, final).fill(0, final + ROW);
  }
  // The biases that `project` would have added; the others are added by the cell.
  const bias = model.segments.find(({ parameter }) => parameter === "b");
  const width = cell.gates * H;
  const loss = () => {
    const params = floats(built, "params");
    floats(built, "record").set(
      a.map((value, i) => {
        const column = i % (cell.recordSlots * H);
        return column < width ? value + (params[(bias?.offset ?? 0) + column] ?? 0) : value;
      }),
    );
    built.play("forward", {});
    return names.reduce(
      (sum, name) => floats(built, name).reduce((s, value, i) => s + value * (g.get(name)?.[i] ?? 0), sum),
      0,
    );
  };
  return { loss, a, g, start, names };
}

describe.each(CASES)("%s", (_title, layer, play) => {
  test("gradients are those of central differences", () => {
    const built = buildPlace(layer, play);
    const { cell, model } = built;
    const { loss, a, g, start, names } = prepare(built, play);
    loss();
    for (const name of names) floats(built, `d${name}`).set(g.get(name) ?? []);
    built.play("backward", {});
    const got = new Map(
      ["grads", "record", ...names.map((name) => `d${name}`)].map((n) => [n, floats(built, n).slice()]),
    );
    const compare = (what: string, gradient: Float64Array | undefined, variable: Float64Array) =>
      assertClose(what, gradient ?? new Float64Array(), differentiate(loss, variable));
    for (const { parameter, offset, shape } of model.segments) {
      // dW is formed by whoever projects.
      if (parameter === "W") continue;
      const segment = [offset, offset + shape.reduce((product, extent) => product * extent, 1)] as const;
      compare(parameter, got.get("grads")?.subarray(...segment), floats(built, "params").subarray(...segment));
    }
    for (const name of names) {
      const rows = [start, start + ROW] as const;
      compare(`d${name} of the start`, got.get(`d${name}`)?.subarray(...rows), floats(built, name).subarray(...rows));
    }
    const da = differentiate(loss, a);
    const slots = (array: Float64Array) => array.filter((_, i) => i % (cell.recordSlots * H) < cell.gates * H);
    assertClose("da", slots(got.get("record") ?? new Float64Array()), slots(da));
    expect(da.some((value) => value !== 0)).toBe(true);
    expect(built.tensors.get("flags")?.[0]).toBe(0);
  });
});

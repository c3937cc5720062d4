/**
 * A decoder's whole Program against central differences in Float64: every parameter, the source, the input and the
 * initial state, for every cell, every place of the context and every kind of score, with a mask over the source.
 */
import { describe, expect, it } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { AttentionChoice } from "../../src/core/attention-choice.ts";
import type { RecurrentLayer } from "../../src/core/layer-choice.ts";
import { buildDecoderProgram } from "../../src/engine/sequence-to-sequence/build-check-programs.ts";
import type { DecoderForm } from "../../src/engine/sequence-to-sequence/decoder-form.ts";

const T = 3;
const B = 2;
const S = 4;
const D = 2;
const V = 3;

const CELLS: readonly RecurrentLayer[] = [
  { cell: "gru", reset: "before", activation: "tanh", units: 3 },
  { cell: "gru", reset: "after", activation: "tanh", units: 3 },
  { cell: "lstm", units: 3 },
  { cell: "ugrnn", units: 3 },
  { cell: "rnn", activation: "tanh", units: 3 },
];
const SCORES: readonly AttentionChoice[] = [
  { score: "additive", width: 5 },
  { score: "dot-projected", width: 2, valueWidth: 4 },
  { score: "dot" },
];
const FORMS: readonly DecoderForm[] = [
  { kind: "plain" },
  ...(["bahdanau", "luong"] as const).flatMap((kind) => SCORES.map((attention) => ({ kind, attention }))),
];

const name = (form: DecoderForm) => (form.kind === "plain" ? form.kind : `${form.kind}, ${form.attention.score}`);
/** Every cell with one score, and every score with one cell. */
const CASES = CELLS.flatMap((layer, i) =>
  FORMS.filter((form) => i === 0 || form.kind === "plain" || form.attention.score === "additive").map(
    (form) => [`${layer.cell} ${i}, ${name(form)}`, layer, form] as const,
  ),
);

/** Binds and fills a decoder Program; returns its arrays by name and its loss. */
function createDecoder(layer: RecurrentLayer, form: DecoderForm, masked: 0 | 1) {
  // Plain dot products ask for equal widths.
  const sourceWidth = form.kind !== "plain" && form.attention.score === "dot" ? layer.units : 4;
  const shape = { layer, inputWidth: D, sourceWidth, outputs: V, form };
  const { program } = buildDecoderProgram({ shape, T, B, S, masked });
  const bound = bindProgram(program, 64);
  const array = (tensor: string) => {
    const found = bound.tensors.get(tensor);
    if (!(found instanceof Float64Array)) throw new Error(`${tensor} is no f64 tensor`);
    return found;
  };
  for (const tensor of ["params", "batch.input", "source", "upstream"]) {
    array(tensor).set(seededArray(tensor, array(tensor).length));
  }
  // The first sequence has a hole, the second ends early.
  array("source.mask").set([1, 1, 0, 1, 1, 0, 1, 0]);
  array("ones").fill(1);
  array("count").fill(1);
  array("decoder.h").set(seededArray("h0", B * layer.units));
  if (layer.cell === "lstm") array("decoder.c").set(seededArray("c0", B * layer.units));
  const loss = () => {
    bound.play("forward", {});
    return array("loss")[0] ?? Number.NaN;
  };
  return { bound, array, loss };
}

describe("a decoder", () => {
  it.each(CASES)("%s: every gradient is that of central differences", (_title, layer, form) => {
    const { bound, array, loss } = createDecoder(layer, form, 1);
    bound.play("forward", {});
    bound.play("backward", {});
    const grads = array("grads").slice();
    const dx = array("batch.dx").slice();
    const dsource = array("dsource").slice();
    const start = array("decoder.dh").slice(0, B * layer.units);
    const states = array("decoder.h");
    assertClose("params", grads, differentiate(loss, array("params")));
    assertClose("input", dx, differentiate(loss, array("batch.input")));
    assertClose("initial state", start, differentiate(loss, states.subarray(0, B * layer.units)));
    if (form.kind === "plain") expect(dsource.every((value) => value === 0)).toBe(true);
    else assertClose("source", dsource, differentiate(loss, array("source")));
  });

  it("looks at no masked step, and at every step where nothing is masked", () => {
    const form = { kind: "bahdanau", attention: { score: "additive", width: 2 } } as const;
    for (const masked of [0, 1] as const) {
      const { array, loss } = createDecoder({ cell: "ugrnn", units: 3 }, form, masked);
      loss();
      const mask = array("source.mask");
      array("attention.weights").forEach((weight, i) => {
        const b = Math.floor(i / S) % B;
        const counts = masked === 0 || mask[(i % S) * B + b] === 1;
        expect(weight > 0).toBe(counts);
        if (!counts) expect(weight).toBe(0);
      });
    }
  });

  it("refuses plain dot products of unequal widths", () => {
    const shape = { layer: { cell: "ugrnn", units: 3 }, inputWidth: D, sourceWidth: 4, outputs: V } as const;
    const form = { kind: "luong", attention: { score: "dot" } } as const;
    expect(() => buildDecoderProgram({ shape: { ...shape, form }, T, B, S, masked: 0 })).toThrow("queries of 3");
  });
});

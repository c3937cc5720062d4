/**
 * The whole training Program against central differences in Float64: every parameter of two-layer models of every cell,
 * with each head, loss, kind of input and a mask with holes. This checks the wiring that no single twin can get wrong.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { LayerChoice, LayerOf } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import { buildStackProgram } from "../../src/engine/build-parts.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";

const T = 4;
const B = 3;
const R = 9;
const D = 5;

type Gru = LayerOf<"gru">;

const layer = (units: number, reset: Gru["reset"], activation: Gru["activation"]): LayerChoice => ({
  cell: "gru",
  units,
  reset,
  activation,
});

const lstm = (units: number): LayerChoice => ({ cell: "lstm", units });
const ugrnn = (units: number): LayerChoice => ({ cell: "ugrnn", units });
const rnn = (units: number, activation: Gru["activation"]): LayerChoice => ({ cell: "rnn", activation, units });

function spec(changes: Partial<ProgramSpec>): ProgramSpec {
  return {
    layers: [layer(3, "before", "tanh"), layer(4, "after", "tanh")],
    inputWidth: D,
    outputs: 2,
    input: "features",
    head: "every",
    loss: { name: "mse" },
    optimizer: USUAL_OPTIMIZERS.sgd,
    T,
    B,
    R,
    K: 2,
    M: 4,
    probeLength: 0,
    generate: false,
    ...changes,
  };
}

type Arrays = ReturnType<typeof bindProgram>["tensors"];

function floats(tensors: Arrays, name: string): Float64Array {
  const array = tensors.get(name);
  if (!(array instanceof Float64Array)) throw new Error(`${name} is no f64 tensor`);
  return array;
}

function words(tensors: Arrays, name: string): Uint32Array {
  const array = tensors.get(name);
  if (!(array instanceof Uint32Array)) throw new Error(`${name} is no u32 tensor`);
  return array;
}

/** Parameters, resident rows, a mask with holes, and starts whose windows overlap, in ring slot 1. */
function fill(tensors: Arrays, { loss, input, outputs }: ProgramSpec): void {
  floats(tensors, "params").set(seededArray("params", floats(tensors, "params").length, 0.8));
  if (input === "features") floats(tensors, "data.input").set(seededArray("input", R * D));
  else words(tensors, "data.input").set(seededArray("ids", R, 0.5).map((value) => Math.floor((value + 0.5) * D)));
  if (loss.name === "ce") words(tensors, "data.target").set([1, 0, 1, 1, 0, 0, 1, 0, 1]);
  else if (loss.name === "bce")
    floats(tensors, "data.target").set([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]);
  else floats(tensors, "data.target").set(seededArray("target", R * outputs));
  floats(tensors, "data.mask").set([1, 1, 0, 1, 1, 1, 0, 1, 1]);
  words(tensors, "starts").set([5, 4, 2], B);
}

/** The second batch of the ring with its last row dead, as at the end of an evaluation. */
const SCALARS = { slot: 1, live: 2 };

const bce = { name: "bce", positiveWeight: 2.5 } as const;
const ce = { name: "ce", smoothing: 0.1 } as const;

const CASES: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  ["features, every, mse", {}],
  ["features, last, mse", { head: "last" }],
  ["features, every, huber", { loss: { name: "huber", delta: 0.3 } }],
  ["features, every, bce", { loss: bce }],
  ["features, last, bce", { loss: bce, head: "last" }],
  ["features, every, ce", { loss: ce, outputs: 3 }],
  ["tokens, every, ce", { loss: ce, input: "tokens", outputs: 3 }],
  ["tokens, last, ce", { loss: ce, input: "tokens", outputs: 3, head: "last" }],
  ["relu candidates", { layers: [layer(4, "after", "relu"), layer(3, "before", "relu")] }],
  ["one layer", { layers: [layer(3, "after", "tanh")] }],
  ["lstm, every", { layers: [lstm(3), lstm(4)] }],
  ["lstm under gru, last", { layers: [lstm(4), layer(3, "before", "tanh")], head: "last" }],
  ["lstm alone, last", { layers: [lstm(3)], head: "last" }],
  ["update gate only", { layers: [ugrnn(3), ugrnn(4)] }],
  ["plain, tanh over ReLU", { layers: [rnn(4, "relu"), rnn(3, "tanh")], head: "last" }],
  ["mixed, tokens", { layers: [rnn(3, "tanh"), layer(4, "before", "tanh"), ugrnn(3)], loss: ce, input: "tokens" }],
  ["four layers", { layers: [2, 3, 2, 3].map((units, i) => layer(units, i % 2 ? "after" : "before", "tanh")) }],
];

describe("gradients of the training Program", () => {
  test.each(CASES)("%s", (_name, changes) => {
    const chosen = spec(changes);
    const { program, model } = buildProgram(chosen);
    const { tensors, play } = bindProgram(program, 64);
    fill(tensors, chosen);
    const params = floats(tensors, "params");
    play("forward", SCALARS);
    play("backward", {});
    const got = floats(tensors, "grads").slice();
    const reference = differentiate(() => {
      play("forward", SCALARS);
      return floats(tensors, "loss")[0] ?? Number.NaN;
    }, params);
    for (const { name, offset, shape } of model.segments) {
      const length = shape.reduce((product, extent) => product * extent, 1);
      const segment = [offset, offset + length] as const;
      expect(reference.subarray(...segment).some((value) => value !== 0)).toBe(true);
      assertClose(name, got.subarray(...segment), reference.subarray(...segment));
    }
    expect(words(tensors, "flags")[0]).toBe(0);
  });

  test("gradient of the input and norms of dh on request", () => {
    const chosen = spec({ inputGradient: true, dhNorms: true });
    const { program } = buildProgram(chosen);
    const { tensors, play } = bindProgram(program, 64);
    fill(tensors, chosen);
    // One window per row without overlap, so that dx of a row is the gradient of that resident row.
    words(tensors, "starts").set([0, 4, 5], B);
    play("forward", SCALARS);
    play("backward", {});
    const dx = floats(tensors, "batch.dx").slice();
    const reference = differentiate(
      () => {
        play("forward", SCALARS);
        return floats(tensors, "loss")[0] ?? Number.NaN;
      },
      floats(tensors, "data.input"),
    );
    for (const [b, start] of [0, 4].entries()) {
      for (let t = 0; t < T; t++) {
        const row = (t * B + b) * D;
        const resident = (start + t) * D;
        assertClose(`dx[${t},${b}]`, dx.subarray(row, row + D), reference.subarray(resident, resident + D));
      }
    }
    play("forward", SCALARS);
    play("backward", {});
    const dh = floats(tensors, TENSOR.dh(1));
    const norms = floats(tensors, TENSOR.dhNorm(1));
    for (let n = 0; n < T * B; n++) {
      const row = dh.subarray((B + n) * 4, (B + n + 1) * 4);
      expect(norms[n]).toBeCloseTo(Math.hypot(...row), 12);
    }
  });
});

describe("gradients of a bare stack", () => {
  test.each(["every", "last"] as const)("upstream at %s", (readout) => {
    const layers = [lstm(3), layer(4, "before", "tanh")];
    const { program } = buildStackProgram({ layers, inputWidth: D, input: "features", T, B, readout });
    const { tensors, play } = bindProgram(program, 64);
    for (const name of ["params", "batch.input", "upstream", TENSOR.upstream(0, "c")]) {
      floats(tensors, name).set(seededArray(name, floats(tensors, name).length, 0.8));
    }
    for (const index of [0, 1]) {
      const h = floats(tensors, TENSOR.h(index));
      h.set(seededArray(`h${index}`, h.length / (T + 1)));
    }
    floats(tensors, TENSOR.state(0, "c")).set(seededArray("c0", B * 3));
    floats(tensors, "ones").fill(1);
    floats(tensors, "count").fill(1);
    play("forward", {});
    play("backward", {});
    const got = new Map(
      ["grads", "batch.dx", TENSOR.dh(0), TENSOR.dh(1), TENSOR.dState(0, "c")].map((name) => [
        name,
        floats(tensors, name).slice(),
      ]),
    );
    const compare = (what: string, variable: Float64Array, gradient: Float64Array | undefined) => {
      const reference = differentiate(() => {
        play("forward", {});
        return floats(tensors, "loss")[0] ?? Number.NaN;
      }, variable);
      assertClose(what, gradient?.subarray(0, reference.length) ?? new Float64Array(), reference);
    };
    compare("params", floats(tensors, "params"), got.get("grads"));
    compare("x", floats(tensors, "batch.input"), got.get("batch.dx"));
    compare("h0 of layer 1", floats(tensors, TENSOR.h(0)).subarray(0, B * 3), got.get(TENSOR.dh(0)));
    compare("c0 of layer 1", floats(tensors, TENSOR.state(0, "c")).subarray(0, B * 3), got.get(TENSOR.dState(0, "c")));
    compare("h0 of layer 2", floats(tensors, TENSOR.h(1)).subarray(0, B * 4), got.get(TENSOR.dh(1)));
  });
});

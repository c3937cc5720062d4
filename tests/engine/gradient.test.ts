/**
 * The whole training Program against central differences in Float64: every parameter of two-layer models of every cell,
 * with each head, loss, kind of input and a mask with holes. This checks the wiring that no single twin can get wrong.
 */
import { describe, expect, test } from "vitest";
import { bindProgram } from "../../src/backends/reference/bind-program.ts";
import { assertClose, differentiate, seededArray } from "../../src/backends/reference/finite-differences.ts";
import type { LayerChoice, LayerOf } from "../../src/core/layer-choice.ts";
import { buildStackProgram } from "../../src/engine/build-parts.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import { TENSOR } from "../../src/engine/tensor-names.ts";
import { B, compareGradients, D, fill, floats, playLoss, SCALARS, spec, T, words } from "./whole-program.ts";

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

const bce = { name: "bce", positiveWeight: 2.5 } as const;
const ce = { name: "ce", smoothing: 0.1 } as const;
const weightedCe = { name: "ce-weighted", smoothing: 0.2, weights: [0.5, 3, 1] } as const;

const CASES: readonly (readonly [string, Partial<ProgramSpec>])[] = [
  ["features, every, mse", {}],
  ["features, last, mse", { head: "last" }],
  ["features, every, huber", { loss: { name: "huber", delta: 0.3 } }],
  ["features, every, bce", { loss: bce }],
  ["features, last, bce", { loss: bce, head: "last" }],
  ["features, every, ce", { loss: ce, outputs: 3 }],
  ["tokens, every, ce", { loss: ce, input: "tokens", outputs: 3 }],
  ["tokens, last, ce", { loss: ce, input: "tokens", outputs: 3, head: "last" }],
  ["features, every, bce of probabilities", { loss: { name: "bce-prob" } }],
  ["features, every, ce of shares", { loss: { name: "ce-soft" }, outputs: 3 }],
  ["tokens, every, weighted ce", { loss: weightedCe, input: "tokens", outputs: 3 }],
  ["features, last, weighted ce, sum", { loss: weightedCe, head: "last", outputs: 3, reduction: "sum" }],
  ["features, every, mse, sum", { reduction: "sum" }],
  ["features, every, mse, by sequence", { reduction: "sequences" }],
  ["tokens, every, ce, by sequence", { loss: ce, input: "tokens", outputs: 3, reduction: "sequences" }],
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
  test.each(CASES)("%s", (_name, changes) => compareGradients(spec(changes)));

  test("gradient of the input and norms of dh on request", () => {
    const chosen = spec({ inputGradient: true, dhNorms: true });
    const { program } = buildProgram(chosen);
    const bound = bindProgram(program, 64);
    const { tensors, play } = bound;
    fill(tensors, chosen);
    // One window per row without overlap, so that dx of a row is the gradient of that resident row.
    words(tensors, "starts").set([0, 4, 5], B);
    play("forward", SCALARS);
    play("backward", {});
    const dx = floats(tensors, "batch.dx").slice();
    const reference = differentiate(() => playLoss(bound), floats(tensors, "data.input"));
    for (const [b, start] of [0, 4].entries()) {
      for (let t = 0; t < T; t++) {
        const row = (t * B + b) * D;
        const resident = (start + t) * D;
        assertClose(`dx[${t},${b}]`, dx.subarray(row, row + D), reference.subarray(resident, resident + D));
      }
    }
    play("forward", SCALARS);
    play("backward", {});
    play("dh-norm", {});
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

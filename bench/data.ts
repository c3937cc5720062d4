/**
 * The batch and the starting weights that all contestants share, drawn from a seed on the host, so that every page and
 * every process draws the same bits. Biases are not zero, or a contestant that confuses two of them would go unnoticed.
 */
import { elementCount } from "../src/core/dims.ts";
import { USUAL_INITIALISATION } from "../src/core/initialisation-choice.ts";
import type { RecurrentLayer } from "../src/core/layer-choice.ts";
import { STREAM, uniform, uniformInteger } from "../src/core/rng.ts";
import { initialiseParameters } from "../src/engine/initialise.ts";
import { createModel, type Model } from "../src/engine/model.ts";
import type { BenchData, Weights } from "./contest.ts";
import { type BenchLoss, type BenchShape, readsTokens } from "./shape.ts";

const SEED = 4;
/** Biases are uniform in ± this. */
const BIAS_LIMIT = 0.1;
/** Keys of what is drawn; the biases of segment i have key BIASES + i. */
const KEY = { input: 0, target: 1, BIASES: 2 } as const;

/** The layers of a shape in the words of an experiment. */
export function layersOf({ H, cell = "gru", form = "after" }: BenchShape): readonly RecurrentLayer[] {
  return H.map((units) => {
    if (cell === "gru") return { cell, units, reset: form, activation: "tanh" };
    return cell === "rnn" ? { cell, units, activation: "tanh" } : { cell, units };
  });
}

/** The model of a shape: names, shapes and order of its parameters. */
function modelOf(shape: BenchShape): Model {
  return createModel({ layers: layersOf(shape), inputWidth: shape.I, outputs: shape.out });
}

/** What a shape minimises, given its targets. Throws where the shape says something else. */
export function lossOf({ loss }: Pick<BenchShape, "loss">, y: BenchData["y"]): BenchLoss {
  const classes = y instanceof Int32Array;
  if (loss === undefined) return classes ? "ce" : "mse";
  if (classes === (loss === "ce")) return loss;
  throw new Error(`the loss ${loss} and targets in ${y.constructor.name} do not fit: classes are an Int32Array`);
}

/** Starting weights: Glorot and orthogonal as in Keras, biases uniform within ±0.1. */
export function drawWeights(shape: BenchShape): Weights {
  const model = modelOf(shape);
  const params = initialiseParameters(model, { ...USUAL_INITIALISATION, seed: SEED, initialMemory: 0 });
  const parts = model.segments.map(({ name, offset, shape: extents, role }, index) => {
    const part = params.slice(offset, offset + elementCount(extents));
    if (role !== "bias" && role !== "head-bias") return [name, part] as const;
    return [name, part.map((_, i) => BIAS_LIMIT * draw(KEY.BIASES + index, i))] as const;
  });
  return Object.fromEntries(parts);
}

/** Uniform in [−1, 1). */
function draw(key: number, i: number): number {
  return 2 * uniform(SEED, STREAM.task, key, i) - 1;
}

function drawClass(key: number, index: number, classes: number): number {
  return uniformInteger({ seed: SEED, stream: STREAM.task, step: key, index }, classes);
}

/** A batch of noise, with weights: features in [−1, 1) or one-hot symbols; values in [−1, 1), 0 or 1, or classes. */
export function drawData(shape: BenchShape & { readonly loss: BenchLoss }): BenchData {
  const { B, T, I, out, each, loss } = shape;
  const rows = each ? B * T : B;
  const y =
    loss === "ce"
      ? Int32Array.from({ length: rows }, (_, i) => drawClass(KEY.target, i, out))
      : Float32Array.from({ length: rows * out }, (_, i) =>
          loss === "bce" ? drawClass(KEY.target, i, 2) : draw(KEY.target, i),
        );
  const weights = drawWeights(shape);
  if (!readsTokens(shape)) {
    return { x: Float32Array.from({ length: B * T * I }, (_, i) => draw(KEY.input, i)), y, weights };
  }
  const tokens = Int32Array.from({ length: B * T }, (_, i) => drawClass(KEY.input, i, I));
  const x = new Float32Array(B * T * I);
  tokens.forEach((id, row) => {
    x[row * I + id] = 1;
  });
  return { x, y, tokens, weights };
}

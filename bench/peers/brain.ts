/**
 * brain.js as a contestant: the equations of its `recurrent.GRU`, run forward and backward by the library in plain JavaScript.
 * What it trains by itself is another model: its own symbols at both ends, an embedding, RMSprop, and gradients that leave out
 * terms (see `CORRECTED`), so that no loss but the first would agree. Here the embedding is the one-hot rows and stays, the
 * gradients are completed in loops as long as the library's own, and Adam follows, one pass over the parameters like its RMSprop.
 */
import { type BrainEquation, type BrainMatrix, recurrent } from "brain.js";
import type { BenchData, Contestant } from "../contest.ts";
import { drawWeights, lossOf } from "../data.ts";
import { type BenchShape, readsTokens } from "../shape.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
const LEARNING_RATE = 1e-3;

/** Trains one sequence of symbols; computes the GRU with the reset gate before the product. */
export async function create(shape: BenchShape, data: BenchData): Promise<Contestant> {
  if ((shape.M ?? 1) > 1) throw new Error("this contestant trains one model, not several side by side");
  if ((shape.cell ?? "gru") !== "gru" || shape.form !== "before") {
    throw new Error("this contestant has the GRU with the reset gate before the product, and no other cell");
  }
  if (shape.B !== 1) throw new Error(`brain.js trains one sequence at a time, not ${shape.B}`);
  const { tokens, y } = data;
  if (!readsTokens({ ...shape, loss: lossOf(shape, y) }) || !tokens || !(y instanceof Int32Array)) {
    throw new Error("brain.js reads symbols and predicts a symbol at every step, nothing else");
  }
  return train(shape, { tokens, classes: y, weights: data.weights ?? drawWeights(shape) });
}

/**
 * Gradients as the library has them, but for three: where a matrix enters two terms (h of the step before, z, and the biases
 * over the steps) it keeps the last term instead of the sum, and 1 − z hands nothing on to z.
 */
const CORRECTED: Readonly<
  Record<string, (biases: ReadonlySet<BrainMatrix>) => BrainEquation["states"][number]["backpropagationFn"]>
> = {
  cloneNegative: () => (product, left) => {
    for (let i = 0; i < product.deltas.length; i++) left.deltas[i]! -= product.deltas[i]!;
  },
  multiplyElement: () => (product, left, right) => {
    for (let i = 0; i < product.deltas.length; i++) {
      left.deltas[i]! += right.weights[i]! * product.deltas[i]!;
      right.deltas[i]! += left.weights[i]! * product.deltas[i]!;
    }
  },
  add: (biases) => (product, left, right) => {
    const sums = biases.has(right);
    for (let i = 0; i < product.deltas.length; i++) {
      left.deltas[i] = product.deltas[i]!;
      right.deltas[i] = product.deltas[i]! + (sums ? right.deltas[i]! : 0);
    }
  },
};

interface Sequence {
  readonly tokens: Int32Array;
  readonly classes: Int32Array;
  readonly weights: NonNullable<BenchData["weights"]>;
}

/** `sign` · the block of `columns` from `first` of `from` [rows, all columns], turned round: brain.js multiplies from the left. */
function fill(to: BrainMatrix, from: Float32Array, first: number, sign: number): void {
  // A column of biases is a matrix of one row on our side.
  const [columns, rows] = [to.rows, to.columns];
  const width = from.length / rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      to.weights[column * rows + row] = sign * from[row * width + first + column]!;
    }
  }
}

/** The network with the start in place, its equations bound for every step, and the matrices that are trained. */
function build({ T, I, H, out }: BenchShape, weights: Sequence["weights"]) {
  // It adds a symbol of its own to inputs and outputs, hence one less each.
  const network = new recurrent.GRU({ hiddenLayers: [...H], inputSize: I, inputRange: I - 1, outputSize: out - 1 });
  network.initialize();
  const { model } = network;
  model.input.weights.fill(0);
  for (let id = 0; id < I; id++) model.input.weights[id * I + id] = 1;
  const trained: BrainMatrix[] = [model.outputConnector, model.output];
  const biases = new Set([model.output]);
  for (const [l, layer] of model.hiddenLayers.entries()) {
    const [W, U, b] = [weights[`layers.${l}.W`]!, weights[`layers.${l}.U`]!, weights[`layers.${l}.b`]!];
    // Its z is what the state keeps: σ(−a) = 1 − σ(a).
    for (const [gate, [name, sign]] of (
      [
        ["updateGate", -1],
        ["resetGate", 1],
        ["cellWrite", 1],
      ] as const
    ).entries()) {
      const first = gate * H[l]!;
      const bias = layer[`${name}Bias`];
      fill(layer[`${name}InputMatrix`], W, first, sign);
      fill(layer[`${name}HiddenMatrix`], U, first, sign);
      fill(bias, b, first, sign);
      biases.add(bias);
      trained.push(layer[`${name}InputMatrix`], layer[`${name}HiddenMatrix`], bias);
    }
  }
  fill(model.outputConnector, weights["head.W"]!, 0, 1);
  fill(model.output, weights["head.b"]!, 0, 1);
  for (let t = 0; t < T; t++) network.bindEquation();
  for (const { states } of model.equations) {
    for (const state of states) {
      state.backpropagationFn = CORRECTED[state.name]?.(biases) ?? state.backpropagationFn;
    }
  }
  return { equations: model.equations, trained, biases };
}

/** A trained matrix with its moments. */
interface Moments {
  readonly matrix: BrainMatrix;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** Adam (Kingma & Ba 2015) on `scale` · deltas. */
function descend({ matrix, m, v }: Moments, step: number, scale: number): void {
  const { weights, deltas } = matrix;
  const [c1, c2] = [1 / (1 - BETA1 ** step), 1 / (1 - BETA2 ** step)];
  for (let i = 0; i < weights.length; i++) {
    const g = deltas[i]! * scale;
    const mean = BETA1 * m[i]! + (1 - BETA1) * g;
    const square = BETA2 * v[i]! + (1 - BETA2) * g * g;
    m[i] = mean;
    v[i] = square;
    weights[i]! -= (LEARNING_RATE * mean * c1) / (Math.sqrt(square * c2) + EPSILON);
  }
}

function train(shape: BenchShape, { tokens, classes, weights }: Sequence): Contestant {
  const { T } = shape;
  const { equations, trained, biases } = build(shape, weights);
  const moments = trained.map((matrix): Moments => {
    const { length } = matrix.weights;
    return { matrix, m: new Float32Array(length), v: new Float32Array(length) };
  });
  let steps = 0;
  let loss = Number.NaN;
  return {
    variant: "brain.js in plain JavaScript, tokens, gradients completed, Adam in the place of its RMSprop",
    step() {
      steps++;
      for (const { deltas } of biases) deltas.fill(0);
      let bits = 0;
      for (let t = 0; t < T; t++) bits += equations[t]!.predictTargetIndex(tokens[t]!, classes[t]!);
      for (let t = T - 1; t >= 0; t--) equations[t]!.backpropagateIndex(tokens[t]!);
      for (const own of moments) descend(own, steps, 1 / T);
      loss = (bits * Math.LN2) / T;
    },
    sync: async () => loss,
    dispose() {
      moments.length = 0;
    },
  };
}

/**
 * TensorFlow.js as a contestant: its layers, its Adam, `minimize` on a resident batch. Its GRU knows the reset gate before
 * the product only, and z near 1 keeps, so the weights of z change their sign on the way in. The loss is left on the device
 * until it is asked for, which `fit` would not do.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threadedWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import type { BenchData, Contestant, Weights } from "../contest.ts";
import { drawWeights, lossOf } from "../data.ts";
import type { BenchShape } from "../shape.ts";

const BACKENDS = ["webgpu", "wasm", "cpu"];
const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** Trains on the backend that `player` names; computes the GRU with the reset gate before the product. */
export async function create(shape: BenchShape, data: BenchData, player = "webgpu"): Promise<Contestant> {
  if ((shape.M ?? 1) > 1) throw new Error("this contestant trains one model, not several side by side");
  if (!BACKENDS.includes(player)) throw new Error(`TensorFlow.js has ${BACKENDS.join(", ")} here, not ${player}`);
  if ((shape.cell ?? "gru") !== "gru" || shape.form !== "before") {
    throw new Error("this contestant has the GRU with the reset gate before the product, and no other cell");
  }
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plainWasm,
    "tfjs-backend-wasm-simd.wasm": simdWasm,
    "tfjs-backend-wasm-threaded-simd.wasm": threadedWasm,
  });
  if (!(await tf.setBackend(player))) throw new Error(`TensorFlow.js could not start its backend ${player}`);
  await tf.ready();
  const threads = player === "wasm" ? `, ${crossOriginIsolated ? "threads" : "one thread"}` : "";
  return train(shape, data, `layers ${tf.version.tfjs}, ${tf.getBackend()}${threads}`);
}

/** The z columns with the other sign: PyTorch's and Keras's z keeps where ours writes. */
function turnZ(part: Float32Array<ArrayBuffer>, H: number): Float32Array<ArrayBuffer> {
  return part.map((value, i) => (i % (3 * H) < H ? -value : value));
}

function createModel({ B, T, I, H, out, each }: BenchShape, weights: Weights): tf.LayersModel {
  const inputs = tf.input({ shape: [T, I], batchSize: B });
  let rows = inputs;
  let D = I;
  for (const [l, units] of H.entries()) {
    const returnSequences = each || l < H.length - 1;
    const layer = tf.layers.gru({ units, returnSequences, recurrentActivation: "sigmoid", resetAfter: false });
    rows = layer.apply(rows);
    const part = (name: string, extents: readonly number[]) =>
      tf.tensor(turnZ(weights[`layers.${l}.${name}`]!, units), extents);
    layer.setWeights([part("W", [D, 3 * units]), part("U", [units, 3 * units]), part("b", [3 * units])]);
    D = units;
  }
  const head = tf.layers.dense({ units: out });
  const outputs = head.apply(rows);
  head.setWeights([tf.tensor(weights["head.W"]!, [D, out]), tf.tensor(weights["head.b"]!, [out])]);
  return tf.model({ inputs, outputs });
}

/** Targets as its losses take them: values, or classes one-hot. */
function readTargets({ B, T, out, each }: BenchShape, y: BenchData["y"]): tf.Tensor {
  const extents = each ? [B, T, out] : [B, out];
  if (!(y instanceof Int32Array)) return tf.tensor(y, extents);
  const rows = new Float32Array(y.length * out);
  y.forEach((id, row) => {
    rows[row * out + id] = 1;
  });
  return tf.tensor(rows, extents);
}

const LOSSES = {
  mse: tf.losses.meanSquaredError,
  bce: tf.losses.sigmoidCrossEntropy,
  ce: tf.losses.softmaxCrossEntropy,
} as const;

function train(shape: BenchShape, data: BenchData, variant: string): Contestant {
  const { B, T, I } = shape;
  const model = createModel(shape, data.weights ?? drawWeights(shape));
  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const x = tf.tensor(data.x, [B, T, I]);
  const y = readTargets(shape, data.y);
  const measure = LOSSES[lossOf(shape, data.y)];
  let loss: tf.Tensor | undefined;
  let disposed = false;
  return {
    variant,
    step() {
      loss?.dispose();
      loss = optimizer.minimize(() => measure(y, model.apply(x, { training: true })), true);
    },
    async sync() {
      if (!loss) throw new Error("no step was begun");
      const [value = Number.NaN] = await loss.data();
      return value;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const owner of [model, optimizer, x, y, loss]) owner?.dispose();
    },
  };
}

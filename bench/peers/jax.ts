/**
 * jax-js as a contestant: its documentation's pattern for training, a jitted step of `valueAndGrad` and Adam over a tree of
 * parameters. It has no scan, so the steps of time are unrolled inside the jit. The cell is written with Gatescope's sign of
 * z, which costs the same; of three ways of writing it (one product for the gates, one each, inputs hoisted) the fastest.
 */
import { defaultDevice, init, type JaxArray, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { BenchData, Contestant } from "../contest.ts";
import { drawWeights, lossOf } from "../data.ts";
import type { BenchLoss, BenchShape } from "../shape.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
const LEARNING_RATE = 1e-3;
/** W, U, b and bu. */
const LAYER_PARAMETERS = 4;

/** Trains on the device that `player` names; computes the GRU with the reset gate after the product. */
export async function create(shape: BenchShape, data: BenchData, player = "webgpu"): Promise<Contestant> {
  if ((shape.M ?? 1) > 1) throw new Error("this contestant trains one model, not several side by side");
  if (player !== "webgpu" && player !== "wasm") throw new Error(`jax-js has webgpu and wasm here, not ${player}`);
  if ((shape.cell ?? "gru") !== "gru" || shape.form === "before") {
    throw new Error("this contestant writes the GRU with the reset gate after the product, and no other cell");
  }
  const devices = await init(player);
  if (!devices.includes(player)) throw new Error(`jax-js found no ${player}; there are ${devices.join(", ")}`);
  defaultDevice(player);
  const threads = player === "wasm" ? `, ${crossOriginIsolated ? "threads" : "one thread"}` : "";
  return train(shape, data, `jax-js ${player}${threads}`);
}

/** Parameters in the order W, U, b, bu of each layer, then W and b of the head. */
function readParameters({ I, H, out }: BenchShape, weights: NonNullable<BenchData["weights"]>): JaxArray[] {
  const shapes: (readonly [name: string, extents: readonly number[]])[] = [];
  let D = I;
  for (const [l, h] of H.entries()) {
    shapes.push([`layers.${l}.W`, [D, 3 * h]], [`layers.${l}.U`, [h, 3 * h]]);
    shapes.push([`layers.${l}.b`, [3 * h]], [`layers.${l}.bu`, [3 * h]]);
    D = h;
  }
  shapes.push(["head.W", [D, out]], ["head.b", [out]]);
  return shapes.map(([name, extents]) => np.array(weights[name]!.slice()).reshape(extents));
}

/** The input step by step: T arrays [B, I]. */
function readSteps({ B, T, I }: BenchShape, x: Float32Array): JaxArray[] {
  return Array.from({ length: T }, (_, t) => {
    const step = new Float32Array(B * I);
    for (let b = 0; b < B; b++) step.set(x.subarray((b * T + t) * I, (b * T + t + 1) * I), b * I);
    return np.array(step).reshape([B, I]);
  });
}

/** Targets of the rows that the head answers, time-major: values [N, out], classes one-hot. */
function readTargets({ B, T, out, each }: BenchShape, y: BenchData["y"]): JaxArray {
  const steps = each ? T : 1;
  const rows = new Float32Array(steps * B * out);
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < steps; t++) {
      const from = b * steps + t;
      const to = (t * B + b) * out;
      if (y instanceof Int32Array) rows[to + y[from]!] = 1;
      else rows.set(y.subarray(from * out, (from + 1) * out), to);
    }
  }
  return np.array(rows).reshape([steps * B, out]);
}

/** h_t from x_t. Consumes x_t and the state, not the parameters. */
function cell(x: JaxArray, state: JaxArray, parameters: readonly JaxArray[], h: number): JaxArray {
  const [W, U, b, bu] = parameters;
  const a = np.matmul(x, W!.ref).add(b!.ref);
  const q = np.matmul(state.ref, U!.ref).add(bu!.ref);
  const gate = (rows: JaxArray, index: number) => rows.slice([], [index * h, (index + 1) * h]);
  const z = nn.sigmoid(gate(a.ref, 0).add(gate(q.ref, 0)));
  const r = nn.sigmoid(gate(a.ref, 1).add(gate(q.ref, 1)));
  const n = np.tanh(gate(a, 2).add(r.mul(gate(q, 2))));
  return state.ref.add(z.mul(n.sub(state)));
}

/** Mean loss of the batch. Consumes everything it is given, as every function of jax-js does. */
function lossOfBatch(shape: BenchShape, loss: BenchLoss) {
  const { B, H, each } = shape;
  return (parameters: readonly JaxArray[], x: readonly JaxArray[], y: JaxArray): JaxArray => {
    let rows = x;
    for (const [l, h] of H.entries()) {
      const own = parameters.slice(LAYER_PARAMETERS * l, LAYER_PARAMETERS * (l + 1));
      const whole = each || l < H.length - 1;
      let state = np.zeros([B, h]);
      const states: JaxArray[] = [];
      for (const step of rows) {
        state = cell(step, state, own, h);
        if (whole) states.push(state.ref);
      }
      if (whole) state.dispose();
      else states.push(state);
      for (const parameter of own) parameter.dispose();
      rows = states;
    }
    const top = rows.length > 1 ? np.concatenate(rows, 0) : rows[0]!;
    const logits = np.matmul(top, parameters.at(-2)!).add(parameters.at(-1)!);
    return lossOfLogits(loss, logits, y, B * rows.length);
  };
}

function lossOfLogits(loss: BenchLoss, logits: JaxArray, y: JaxArray, N: number): JaxArray {
  if (loss === "mse") return np.square(logits.sub(y)).mean();
  if (loss === "bce") return nn.softplus(logits.ref).sub(logits.mul(y)).mean();
  return nn
    .logSoftmax(logits)
    .mul(y)
    .sum()
    .mul(-1 / N);
}

/** Parameters with their moments. */
interface State {
  readonly parameters: JaxArray[];
  readonly m: JaxArray[];
  readonly v: JaxArray[];
}

/** Adam (Kingma & Ba 2015); `c1` and `c2` are 1 / (1 − βⁱ). */
function adam({ parameters, m, v }: State, gradients: readonly JaxArray[], c1: JaxArray, c2: JaxArray): State {
  const next: State = { parameters: [], m: [], v: [] };
  for (const [i, parameter] of parameters.entries()) {
    const g = gradients[i]!;
    const mean = m[i]!.mul(BETA1).add(g.ref.mul(1 - BETA1));
    const square = v[i]!.mul(BETA2).add(np.square(g).mul(1 - BETA2));
    next.m.push(mean.ref);
    next.v.push(square.ref);
    const divisor = np.sqrt(square.mul(c2.ref)).add(EPSILON);
    next.parameters.push(parameter.sub(mean.mul(c1.ref).div(divisor).mul(LEARNING_RATE)));
  }
  c1.dispose();
  c2.dispose();
  return next;
}

function train(shape: BenchShape, data: BenchData, variant: string): Contestant {
  const gradient = valueAndGrad(lossOfBatch(shape, lossOf(shape, data.y)));
  const jitted = jit((state: readonly JaxArray[][], x: JaxArray[], y: JaxArray, corrections: JaxArray[]) => {
    const [parameters = [], m = [], v = []] = state;
    const [loss, gradients] = gradient(
      parameters.map((parameter) => parameter.ref),
      x,
      y,
    );
    const next = adam({ parameters, m, v }, gradients, corrections[0]!, corrections[1]!);
    return [loss, next.parameters, next.m, next.v] as const;
  });
  let p = readParameters(shape, data.weights ?? drawWeights(shape));
  let m = p.map((parameter) => parameter.ref.mul(0));
  let v = p.map((parameter) => parameter.ref.mul(0));
  const x = readSteps(shape, data.x);
  const y = readTargets(shape, data.y);
  let loss: JaxArray | undefined;
  let steps = 0;
  return {
    variant,
    step() {
      steps++;
      loss?.dispose();
      const corrections = [BETA1, BETA2].map((beta) => np.array(1 / (1 - beta ** steps)));
      const refs = x.map((part) => part.ref);
      [loss, p, m, v] = jitted([p, m, v], refs, y.ref, corrections);
    },
    async sync() {
      if (!loss) throw new Error("no step was begun");
      const [value = Number.NaN] = await loss.ref.data();
      return value;
    },
    dispose() {
      for (const array of [...p.splice(0), ...m.splice(0), ...v.splice(0), ...x.splice(0)]) array.dispose();
    },
  };
}

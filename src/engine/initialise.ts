/**
 * Initial parameters, drawn on the host from the seed with + − × ÷ √ only, so that every engine draws the same bits.
 * Each segment has its own key (its index in the table), so adding units to one layer does not reshuffle another.
 */
import { elementCount } from "../core/dims.ts";
import type { InitialisationChoice } from "../core/initialisation-choice.ts";
import { hasMemoryGate, initialMemoryOf } from "../core/layer-choice.ts";
import { gaussian, STREAM, uniform } from "../core/rng.ts";
import { findCell } from "./cells/find-cell.ts";
import type { Model, Segment } from "./model.ts";
import { type DrawKey, drawOrthogonal } from "./orthogonal.ts";

/** Element `i` of a segment, rows first. */
type Draw = (i: number) => number;

const zero: Draw = () => 0;
const one: Draw = () => 1;

/** Uniform in ±`limit`. */
const uniformWithin =
  (limit: number, { seed, segment }: DrawKey): Draw =>
  (i) =>
    limit * (2 * uniform(seed, STREAM.initialWeights, segment, i) - 1);

const normalOf =
  (variance: number, { seed, segment }: DrawKey): Draw =>
  (i) =>
    Math.sqrt(variance) * gaussian(seed, STREAM.initialWeights, segment, i);

/** Rows and columns of one gate's block of a weight matrix. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Uniform in ±√(6 / (fan in + fan out)); Glorot & Bengio 2010. */
const glorotUniform = ({ fanIn, fanOut }: Fans, key: DrawKey): Draw =>
  uniformWithin(Math.sqrt(6 / (fanIn + fanOut)), key);

/** Of W [fan in, gates · H]. */
function inputWeight(choice: InitialisationChoice["input"], fans: Fans, key: DrawKey): Draw {
  switch (choice) {
    case "glorot-uniform":
      return glorotUniform(fans, key);
    case "glorot-normal":
      return normalOf(2 / (fans.fanIn + fans.fanOut), key);
    case "he-normal":
      return normalOf(2 / fans.fanIn, key);
    case "uniform":
      return uniformWithin(1 / Math.sqrt(fans.fanOut), key);
    case "zeros":
      return zero;
    default:
      return choice satisfies never;
  }
}

/** One orthogonal matrix per gate. */
function orthogonalGates(H: number, gates: number, key: DrawKey): Draw {
  const matrices = Array.from({ length: gates }, (_, gate) => drawOrthogonal(H, gate, key));
  return (i) => {
    const column = i % (gates * H);
    const row = Math.floor(i / (gates * H));
    return matrices[Math.floor(column / H)]![row * H + (column % H)]!;
  };
}

/** Of U [H, gates · H]. */
function recurrentWeight(choice: InitialisationChoice["recurrent"], shape: readonly number[], key: DrawKey): Draw {
  const [H = 0, columns = 0] = shape;
  switch (choice) {
    case "orthogonal":
      return orthogonalGates(H, columns / H, key);
    case "identity":
      return (i) => ((i % columns) % H === Math.floor(i / columns) ? 1 : 0);
    case "glorot-uniform":
      return glorotUniform({ fanIn: H, fanOut: H }, key);
    case "uniform":
      return uniformWithin(1 / Math.sqrt(H), key);
    case "zeros":
      return zero;
    default:
      return choice satisfies never;
  }
}

/** What decides the initial parameters besides the model. */
export interface InitialisationOptions extends InitialisationChoice {
  readonly seed: number;
  /** Positive values remember, in every cell that has a gate for it; of layers that have none of their own. */
  readonly initialMemory: number;
}

function drawOf({ role, shape, block }: Segment, options: InitialisationOptions, key: DrawKey): Draw {
  const fans = { fanIn: shape[0] ?? 0, fanOut: block };
  switch (role) {
    case "recurrent-weights":
      return recurrentWeight(options.recurrent, shape, key);
    case "input-weights":
      return inputWeight(options.input, fans, key);
    case "head-weights":
      return glorotUniform(fans, key);
    case "embedding":
      return normalOf(1, key);
    case "gain":
      return one;
    case "bias":
    case "initial-state":
    case "head-bias":
      return zero;
    default:
      return role satisfies never;
  }
}

/**
 * The flat parameter buffer [P] at step 0: W and U as chosen, the head Glorot uniform, biases 0 except the cell's memory
 * gate, which starts at ± the layer's initial memory. Embeddings are standard normal as in PyTorch, gains 1. Padding is 0.
 */
export function initialiseParameters(model: Model, options: InitialisationOptions): Float32Array<ArrayBuffer> {
  const params = new Float32Array(model.P);
  model.segments.forEach((segment, index) => {
    const target = params.subarray(segment.offset, segment.offset + elementCount(segment.shape));
    const layer = segment.layer === null ? undefined : model.shape.layers[segment.layer];
    const draw = drawOf(segment, options, { seed: options.seed, segment: index });
    for (let i = 0; i < target.length; i++) target[i] = draw(i);
    const { embedding } = model.shape;
    if (segment.role === "embedding" && embedding?.padding !== undefined) {
      target.fill(0, embedding.padding * embedding.width, (embedding.padding + 1) * embedding.width);
    }
    if (!layer || !hasMemoryGate(layer)) return;
    const { memory } = findCell(layer);
    if (memory && segment.parameter === memory.bias) {
      const { gate, sign } = memory;
      // `|| 0` keeps −0 out of the buffer and of files.
      target.fill(sign * initialMemoryOf(layer, options) || 0, gate * layer.units, (gate + 1) * layer.units);
    }
  });
  return params;
}

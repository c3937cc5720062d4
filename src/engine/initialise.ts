/**
 * Initial parameters, drawn on the host from the seed with + − × ÷ √ only, so that every engine draws the same bits.
 * Each segment has its own key (its index in the table), so adding units to one layer does not reshuffle another.
 */
import { elementCount } from "../core/dims.ts";
import { gaussian, STREAM, uniform } from "../core/rng.ts";
import { findCell } from "./cells/find-cell.ts";
import type { Model, Segment } from "./model.ts";

/** Fills a segment with uniforms in ±√(6 / (fan in + fan out)); Glorot & Bengio 2010. `fanOut` is that of one gate. */
function drawGlorot(target: Float32Array, fans: { readonly fanIn: number; readonly fanOut: number }, key: DrawKey) {
  const limit = Math.sqrt(6 / (fans.fanIn + fans.fanOut));
  for (let i = 0; i < target.length; i++) {
    target[i] = limit * (2 * uniform(key.seed, STREAM.initialWeights, key.segment, i) - 1);
  }
}

/** Which part of the stream a segment draws from. */
interface DrawKey {
  readonly seed: number;
  readonly segment: number;
}

/**
 * A random orthogonal H × H matrix, row-major: modified Gram–Schmidt on Gaussian rows (Saxe et al. 2014; the diagonal
 * of R is positive by construction, which makes the distribution uniform). In f64; H³ multiplications.
 */
function drawOrthogonal(H: number, gate: number, key: DrawKey): Float64Array {
  const Q = new Float64Array(H * H);
  for (let i = 0; i < Q.length; i++) {
    Q[i] = gaussian(key.seed, STREAM.initialWeights, key.segment, gate * H * H + i);
  }
  for (let row = 0; row < H; row++) {
    const own = Q.subarray(row * H, (row + 1) * H);
    let square = 0;
    for (let k = 0; k < H; k++) square += own[k]! * own[k]!;
    const scale = 1 / Math.sqrt(square);
    for (let k = 0; k < H; k++) own[k] = own[k]! * scale;
    for (let later = row + 1; later < H; later++) {
      const other = Q.subarray(later * H, (later + 1) * H);
      let dot = 0;
      for (let k = 0; k < H; k++) dot += own[k]! * other[k]!;
      for (let k = 0; k < H; k++) other[k] = other[k]! - dot * own[k]!;
    }
  }
  return Q;
}

/** Fills U [H, gates · H] with one orthogonal matrix per gate. */
function drawRecurrent(target: Float32Array, H: number, key: DrawKey): void {
  const width = target.length / H;
  for (let gate = 0; gate < width / H; gate++) {
    const Q = drawOrthogonal(H, gate, key);
    for (let row = 0; row < H; row++) {
      for (let j = 0; j < H; j++) target[row * width + gate * H + j] = Q[row * H + j]!;
    }
  }
}

function drawSegment(target: Float32Array, segment: Segment, units: number, key: DrawKey): void {
  const [fanIn = 0] = segment.shape;
  if (segment.role === "recurrent-weights") drawRecurrent(target, units, key);
  else if (segment.role === "input-weights" || segment.role === "head-weights") {
    drawGlorot(target, { fanIn, fanOut: units }, key);
  }
}

/**
 * The flat parameter buffer [P] at step 0: W Glorot uniform and U orthogonal per gate, biases 0 except the cell's
 * memory gate, which starts at ±`initialMemory` (positive values remember). Padding is 0.
 */
export function initialiseParameters(
  model: Model,
  options: { readonly seed: number; readonly initialMemory: number },
): Float32Array<ArrayBuffer> {
  const params = new Float32Array(model.P);
  model.segments.forEach((segment, index) => {
    const target = params.subarray(segment.offset, segment.offset + elementCount(segment.shape));
    const layer = segment.layer === null ? undefined : model.shape.layers[segment.layer];
    const key = { seed: options.seed, segment: index };
    drawSegment(target, segment, layer?.units ?? model.shape.outputs, key);
    if (!layer) return;
    const { memory } = findCell(layer);
    if (memory && segment.parameter === memory.bias) {
      const { gate, sign } = memory;
      // `|| 0` keeps −0 out of the buffer and of files.
      target.fill(sign * options.initialMemory || 0, gate * layer.units, (gate + 1) * layer.units);
    }
  });
  return params;
}

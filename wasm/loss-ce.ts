/**
 * `loss-ce`: softmax cross-entropy over class ids, one row after the other. e^p − max is written where the gradient goes and
 * read once more from there. Sums are f64: of a confident row the loss is the small rest beside the maximum's 1.
 */
import { expOfNegative } from "./activations";
import { loadLanes, madd, notFinite, select, storeLanes } from "./simd";

@unmanaged
class LossCe {
  logits: f64;
  target: f64;
  mask: f64;
  count: f64;
  rowLoss: f64;
  dlogits: f64;
  flags: f64;
  N: f64;
  V: f64;
  pOffset: f64;
  pStride: f64;
  dOffset: f64;
  dStride: f64;
  flagBit: f64;
  smoothing: f64;
  scratch: f64;
}

/** Row losses and dlogits. Masked rows are written as 0 without arithmetic, so that 0 · Infinity cannot appear. */
export function lossCe(call: LossCe): void {
  const N = <usize>call.N;
  const V = <usize>call.V;
  const count = load<f32>(<usize>call.count);
  let bad = f32x4.splat(0);
  for (let n: usize = 0; n < N; n++) {
    const p = <usize>call.logits + (<usize>call.pOffset + n * <usize>call.pStride) * 4;
    const d = <usize>call.dlogits + (<usize>call.dOffset + n * <usize>call.dStride) * 4;
    const weight = load<f32>(<usize>call.mask + n * 4);
    const target = <usize>load<u32>(<usize>call.target + n * 4);
    let tops = f32x4.splat(-Infinity);
    for (let v: usize = 0; v < V; v += 4) {
      const four = loadLanes(p + v * 4, V - v);
      bad = v128.or(bad, notFinite(four));
      tops = f32x4.pmax(tops, select(four, tops, existing(V - v)));
    }
    const loss = <usize>call.rowLoss + n * 4;
    if (weight == 0) {
      store<f32>(loss, 0);
      memory.fill(d, 0, V * 4);
    } else {
      store<f32>(loss, <f32>(weight * row(p, d, V, target, largest(tops), weight / count, <f32>call.smoothing)));
    }
  }
  if (v128.any_true(bad)) {
    const flags = <usize>call.flags;
    store<u32>(flags, load<u32>(flags) | <u32>call.flagBit);
  }
}

/** Loss of a row that counts, and its gradient times `scale`. */
function row(p: usize, d: usize, V: usize, target: usize, top: f32, scale: f32, smoothing: f32): f64 {
  let sums = f64x2.splat(0); // Σ e^(p − top)
  let distances = f32x4.splat(0); // Σ (p − top)
  const tops = f32x4.splat(top);
  for (let v: usize = 0; v < V; v += 4) {
    const lanes = V - v;
    const distance = v128.and(f32x4.sub(loadLanes(p + v * 4, lanes), tops), existing(lanes));
    const e = v128.and(expOfNegative(distance), existing(lanes));
    storeLanes(d + v * 4, e, lanes);
    distances = f32x4.add(distances, distance);
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(e));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<f32>(e, e, 2, 3, 2, 3)));
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  const spread = smoothing / <f32>V;
  const inverse = f32x4.splat(<f32>(<f64>scale / sum));
  const offset = f32x4.splat(-scale * spread);
  for (let v: usize = 0; v < V; v += 4) {
    storeLanes(d + v * 4, madd(loadLanes(d + v * 4, V - v), inverse, offset), V - v);
  }
  store<f32>(d + target * 4, load<f32>(d + target * 4) - scale * (1 - smoothing));
  const own = <f64>load<f32>(p + target * 4) - <f64>top;
  return logarithm(sum) - <f64>(1 - smoothing) * own - <f64>spread * total(distances);
}

/**
 * ln x for x ≥ 1 to 1e-14: 2 artanh((m − 1) / (m + 1)) of the mantissa, brought near 1. The compiler's own logarithm reads a
 * table from memory, where tensors lie.
 */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const y = s * s;
  let sum = 1.0 / 15;
  for (let k = 13; k > 0; k -= 2) sum = sum * y + 1.0 / <f64>k;
  return <f64>exponent * Math.LN2 + 2 * s * sum;
}

/** All bits set in the lanes of a vector that exist. */
@inline
function existing(lanes: usize): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>min(lanes, 4)));
}

@inline
function largest(x: v128): f32 {
  const low = max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1));
  return max(low, max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)));
}

@inline
function total(x: v128): f64 {
  const low = <f64>f32x4.extract_lane(x, 0) + <f64>f32x4.extract_lane(x, 1);
  return low + (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3));
}

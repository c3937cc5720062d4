/**
 * Long sums of products where plain f32 does not do, for the reasons given in `shaders/lib/precise-sum.wgsl`: weights so
 * large that pre-activations leave ±8 let partial sums of 40 cancel to a gate's 2. Such numbers are summed again in f64.
 */
import { loadLanes, storeLanes } from "./simd";

const PLAIN_UP_TO: f32 = 8;

/** Whether any of four numbers has left the range in which plain sums do; also where one is not a number. */
@inline
export function isLarge(a: v128): bool {
  return !i32x4.all_true(f32x4.le(f32x4.abs(a), f32x4.splat(PLAIN_UP_TO)));
}

/** start + bias + Σ_k left[k] · right[k, 0 … 3], rows of `right` `row` bytes apart, of which `lanes` columns exist. */
export function exactSum(
  start: v128,
  bias: v128,
  left: usize,
  right: usize,
  row: usize,
  terms: usize,
  lanes: usize,
): v128 {
  let low = f64x2.add(f64x2.promote_low_f32x4(start), f64x2.promote_low_f32x4(bias));
  let high = f64x2.add(f64x2.promote_low_f32x4(upper(start)), f64x2.promote_low_f32x4(upper(bias)));
  for (let k: usize = 0; k < terms; k++) {
    const factor = f64x2.splat(<f64>load<f32>(left + k * 4));
    const four = loadLanes(right + k * row, lanes);
    low = f64x2.add(low, f64x2.mul(factor, f64x2.promote_low_f32x4(four)));
    high = f64x2.add(high, f64x2.mul(factor, f64x2.promote_low_f32x4(upper(four))));
  }
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

@inline
function upper(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}

/** Sums the large ones of a row of `columns` finished sums again. */
export function correctLargeRow(
  row: usize,
  columns: usize,
  bias: usize,
  left: usize,
  right: usize,
  rightRow: usize,
  terms: usize,
): void {
  for (let c: usize = 0; c < columns; c += 4) {
    const lanes = columns - c;
    const at = row + c * 4;
    if (!isLarge(loadLanes(at, lanes))) continue;
    const four = loadLanes(bias + c * 4, lanes);
    storeLanes(at, exactSum(four, f32x4.splat(0), left, right + c * 4, rightRow, terms, lanes), lanes);
  }
}

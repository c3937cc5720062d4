/**
 * Four floats at a time: the fused multiply-add where the build may use it, and loads and stores of the last vector of a
 * row, which may hold fewer than four numbers. The module is compiled twice from this text: with relaxed SIMD, where
 * `madd` rounds once on processors that can, and without.
 */

/** a·b + c. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The first `lanes` numbers at `at`, zeros behind them; all four from 4 lanes on. */
@inline
export function loadLanes(at: usize, lanes: usize): v128 {
  return lanes >= 4 ? v128.load(at) : loadPart(at, lanes);
}

/** Writes the first `lanes` numbers of `value`. */
@inline
export function storeLanes(at: usize, value: v128, lanes: usize): void {
  if (lanes >= 4) v128.store(at, value);
  else storePart(at, value, lanes);
}

function loadPart(at: usize, lanes: usize): v128 {
  let value = v128.load_zero<u32>(at);
  if (lanes > 1) value = v128.load_lane<u32>(at, value, 1, 4);
  if (lanes > 2) value = v128.load_lane<u32>(at, value, 2, 8);
  return value;
}

function storePart(at: usize, value: v128, lanes: usize): void {
  v128.store_lane<u32>(at, value, 0);
  if (lanes > 1) v128.store_lane<u32>(at, value, 1, 4);
  if (lanes > 2) v128.store_lane<u32>(at, value, 2, 8);
}

/** All bits set in lanes that hold an infinity or no number, as the exponent says. */
@inline
export function notFinite(x: v128): v128 {
  const exponent = i32x4.splat(0x7f800000);
  return i32x4.eq(v128.and(x, exponent), exponent);
}

/** x where a lane of `mask` is set, else y. */
@inline
export function select(x: v128, y: v128, mask: v128): v128 {
  return v128.bitselect(x, y, mask);
}

/**
 * Zeros in the place of numbers smaller than 2⁻¹⁰⁰, as a GPU counts subnormal ones; not-numbers stay. What vanishes on its way
 * back through a long sequence would else be multiplied below 2⁻¹²⁶, where processors take a hundred times as long.
 */
@inline
export function flushTiny(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(7.888609052210118e-31)));
}

/**
 * σ, tanh and ReLU of four numbers and their derivatives from the output: the same formulas and errors (about 2 ulp) as
 * `shaders/lib/activations.wgsl`, for the reasons given there. What is not a number stays so.
 */
import { madd, select } from "./simd";

const EXP_LIMIT: f32 = 80;

/** The first of two arguments unless the second is less: unlike `f32x4.min` one instruction, and NaN stays in x. */
@inline
function atMost(x: v128, limit: f32): v128 {
  return f32x4.pmin(x, f32x4.splat(limit));
}

/** e^−x for 0 ≤ x ≤ EXP_LIMIT, x = k ln 2 − r; constants of Cephes' expf (Moshier). */
@inline
function decay(x: v128): v128 {
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504089)));
  let r = f32x4.sub(f32x4.mul(k, f32x4.splat(0.693359375)), x); // exact: 0.693359375 has nine bits
  r = madd(k, f32x4.splat(-2.1219444e-4), r);
  let p = madd(r, f32x4.splat(1.98756915e-4), f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(0.5));
  // 127 − k is a whole number below 2²³: added to 2²³ it stands in the low bits.
  const power = i32x4.shl(f32x4.sub(f32x4.splat(8388735), k), 23);
  return f32x4.mul(f32x4.add(madd(f32x4.mul(p, r), r, r), f32x4.splat(1)), power);
}

/** e^x for x ≤ 0; below −80 as if −80. */
@inline
export function expOfNegative(x: v128): v128 {
  return decay(atMost(f32x4.neg(x), EXP_LIMIT));
}

/** σ(x) = 1 / (1 + e^−x). */
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = decay(atMost(f32x4.abs(x), EXP_LIMIT));
  const small = f32x4.div(e, f32x4.add(one, e));
  return select(f32x4.sub(one, small), small, f32x4.gt(x, f32x4.splat(0)));
}

/** tanh(x); below 0.625 an odd polynomial of Cephes' tanhf, above from e^−2|x|, which 10 bounds: tanh(10) rounds to 1. */
@inline
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const bounded = atMost(size, 10);
  const e = decay(f32x4.add(bounded, bounded));
  const large = f32x4.sub(one, f32x4.div(f32x4.add(e, e), f32x4.add(one, e)));
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const y = f32x4.mul(x, x);
  let p = madd(y, f32x4.splat(-5.70498872745e-3), f32x4.splat(2.06390887954e-2));
  p = madd(p, y, f32x4.splat(-5.37397155531e-2));
  p = madd(p, y, f32x4.splat(1.33314422036e-1));
  p = madd(p, y, f32x4.splat(-3.33332819422e-1));
  const small = madd(f32x4.mul(p, y), x, x);
  return select(small, v128.or(large, sign), f32x4.lt(size, f32x4.splat(0.625)));
}

/** φ(x): tanh, or ReLU where `relu` is set. */
@inline
export function activate(x: v128, relu: bool): v128 {
  return relu ? f32x4.pmax(f32x4.splat(0), x) : tanh(x);
}

/** φ'(a) from n = φ(a). */
@inline
export function activationSlope(n: v128, relu: bool): v128 {
  const one = f32x4.splat(1);
  if (relu) return v128.and(one, f32x4.gt(n, f32x4.splat(0)));
  // Near ±1 both factors are exact, where 1 − n² would be rounded.
  return f32x4.mul(f32x4.sub(one, n), f32x4.add(one, n));
}

/** (1 − z) ⊙ old + z ⊙ n from the nearer end, so that only the last rounding counts. */
@inline
export function mix(old: v128, n: v128, z: v128): v128 {
  const fromOld = madd(z, f32x4.sub(n, old), old);
  const fromNew = madd(f32x4.sub(f32x4.splat(1), z), f32x4.sub(old, n), n);
  return select(fromNew, fromOld, f32x4.gt(z, f32x4.splat(0.5)));
}

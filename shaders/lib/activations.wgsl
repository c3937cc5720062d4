// Activations over four columns, and their derivatives from the output. Activation 0 is tanh and 1 is ReLU, as in the contracts.
// The built-in exp may be off by 3 + 2|x| ulp and adapters return NaN from 88 on, so e^−|x| is computed here; and both σ and tanh
// are formed as a small quantity or as 1 minus a small quantity, so that they are right to about 2 ulp on either side of 0. Nets
// with large weights turn every ulp of a gate into a thousand of a gradient.

const EXP_LIMIT: f32 = 80.0;

// e^−x for 0 ≤ x ≤ EXP_LIMIT: x = k ln 2 − r with ln 2 in two parts, |r| ≤ 0.35, and a polynomial that is accurate to 1 ulp;
// constants of Cephes' expf (Moshier).
fn decay4(x: vec4<f32>) -> vec4<f32> {
  let k = round(x * 1.44269504089);
  let r = (k * 0.693359375 - x) - k * 2.12194440e-4;
  let p = ((((r * 1.9875691500e-4 + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r + 1.6666665459e-1) * r + 0.5;
  let power = bitcast<vec4<f32>>(vec4<u32>(vec4<i32>(127) - vec4<i32>(k)) << vec4<u32>(23u));
  return (p * r * r + r + vec4<f32>(1.0)) * power;
}

fn sigmoid4(x: vec4<f32>) -> vec4<f32> {
  let e = decay4(min(abs(x), vec4<f32>(EXP_LIMIT)));
  let small = e / (vec4<f32>(1.0) + e);
  return select(small, vec4<f32>(1.0) - small, x > vec4<f32>());
}

fn sigmoid(x: f32) -> f32 {
  return sigmoid4(vec4<f32>(x)).x;
}

// Below 0.625 the formula with exp cancels (built-in tanh is no better: 1,000 ulp near 0), so an odd polynomial takes over,
// accurate to 2 ulp; coefficients of Cephes' tanhf (Moshier). Above, |x| ≤ 10 suffices: tanh(10) rounds to 1.
fn tanh4(x: vec4<f32>) -> vec4<f32> {
  let e = decay4(2.0 * min(abs(x), vec4<f32>(10.0)));
  let large = sign(x) * (vec4<f32>(1.0) - 2.0 * e / (vec4<f32>(1.0) + e));
  let y = x * x;
  let p = (((y * -5.70498872745e-3 + 2.06390887954e-2) * y - 5.37397155531e-2) * y + 1.33314422036e-1) * y - 3.33332819422e-1;
  return select(large, p * y * x + x, abs(x) < vec4<f32>(0.625));
}

fn activate4(x: vec4<f32>, activation: u32) -> vec4<f32> {
  if (activation == 1u) {
    return max(x, vec4<f32>(0.0));
  }
  return tanh4(x);
}

// φ'(a) from n = φ(a).
fn activation_slope4(n: vec4<f32>, activation: u32) -> vec4<f32> {
  if (activation == 1u) {
    return select(vec4<f32>(0.0), vec4<f32>(1.0), n > vec4<f32>(0.0));
  }
  // Near ±1 both factors are exact, where 1 − n² would be rounded.
  return (vec4<f32>(1.0) - n) * (vec4<f32>(1.0) + n);
}

// (1 − z) ⊙ old + z ⊙ n from the nearer end, so that only the last rounding counts.
fn mix4(old: vec4<f32>, n: vec4<f32>, z: vec4<f32>) -> vec4<f32> {
  let one = vec4<f32>(1.0);
  return select(old + z * (n - old), n + (one - z) * (old - n), z > vec4<f32>(0.5));
}

// Activations over four columns, and their derivatives from the output. Arguments are clamped because adapters return NaN for
// large ones: tanh from |x| = 89, exp beyond 88. Activation 0 is tanh and 1 is ReLU, as in the contracts.

const EXP_LIMIT: f32 = 80.0;

// e^x for |x| ≤ 80, accurate to 2 ulp. The built-in may be off by 3 + 2|x| ulp, because it is 2^(x log₂ e) with a rounded product;
// gates and their gradients in saturation then lose a digit. x = k ln 2 + r with ln 2 in two parts, and a polynomial of r:
// Cephes' expf (Moshier).
fn exp4(x: vec4<f32>) -> vec4<f32> {
  let k = floor(x * 1.44269504 + vec4<f32>(0.5));
  let r = (x - k * 0.693359375) + k * 2.12194440e-4;
  let p = ((((r * 1.9875691500e-4 + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r + 1.6666665459e-1) * r + 0.5;
  return (p * r * r + r + vec4<f32>(1.0)) * bitcast<vec4<f32>>((vec4<i32>(k) + 127) << vec4<u32>(23u));
}

fn sigmoid(x: f32) -> f32 {
  return sigmoid4(vec4<f32>(x)).x;
}

fn sigmoid4(x: vec4<f32>) -> vec4<f32> {
  let limit = vec4<f32>(EXP_LIMIT);
  return vec4<f32>(1.0) / (vec4<f32>(1.0) + exp4(-clamp(x, -limit, limit)));
}

// Below 0.625 the formula with exp cancels (built-in tanh is no better: 1,000 ulp near 0), so an odd polynomial takes over,
// accurate to 2 ulp; coefficients of Cephes' tanhf (Moshier). Above, |x| ≤ 10 suffices: tanh(10) rounds to 1.
fn tanh4(x: vec4<f32>) -> vec4<f32> {
  let limit = vec4<f32>(10.0);
  let large = vec4<f32>(1.0) - vec4<f32>(2.0) / (exp4(2.0 * clamp(x, -limit, limit)) + vec4<f32>(1.0));
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

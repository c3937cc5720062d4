// log(1 + e) for e ≥ 0, accurate relative to the result. The built-in log is off by 4.8e-7 near 1 (1,000 ulp), which would be
// the whole loss of a confident prediction.

fn log1p(e: f32) -> f32 {
  if (e > 1.0) {
    return log(1.0 + e);
  }
  // 2 artanh(s) with s = e / (2 + e) ≤ 1/3; the first term left out is below 5e-9 of the sum.
  let s = e / (2.0 + e);
  let y = s * s;
  let tail = ((((y / 13.0 + 1.0 / 11.0) * y + 1.0 / 9.0) * y + 1.0 / 7.0) * y + 0.2) * y + 1.0 / 3.0;
  return 2.0 * (s + s * y * tail);
}

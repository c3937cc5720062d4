// Tests for infinity and not-a-number by bits. `x != x` is folded away by real compilers, and clamp and sigmoid hide a NaN,
// so these are applied to raw values first.

const EXPONENT_BITS: u32 = 0x7f800000u;

fn not_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & EXPONENT_BITS) == EXPONENT_BITS;
}

fn any_not_finite(x: vec4<f32>) -> bool {
  let exponents = vec4<u32>(EXPONENT_BITS);
  return any((bitcast<vec4<u32>>(x) & exponents) == exponents);
}

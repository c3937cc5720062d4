// Long sums of products where plain f32 does not do. Weights so large that pre-activations leave ±8 let partial sums of 40 cancel
// to a gate's 2; what rounding takes off such a sum is multiplied by as large weights at every step, so that the order of the
// terms alone decided about the third digit of a gradient. Rows that reach so far are summed again here, as if exactly. The
// kernel declares `load_left` and `load_right`: one number of the left matrix, four of the right one.

const PLAIN_UP_TO: f32 = 8.0;

fn is_large(a: vec4<f32>) -> bool {
  return any(abs(a) > vec4<f32>(PLAIN_UP_TO));
}

// The upper 12 of 24 bits: the product of two such numbers is exact.
fn head4(x: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) & vec4<u32>(0xfffff000u));
}

// start + bias + Σ_k left[left_at + k] · right[column + k·stride + j] over `terms`. Multiples of 2⁻¹⁰ are added up as integers, up
// to 2¹⁰ each so that 2,000 terms cannot overflow; what is left of each product is small.
fn precise_sum(
  start: vec4<f32>,
  bias: vec4<f32>,
  terms: u32,
  left_at: u32,
  column: u32,
  stride: u32,
  j: vec4<u32>,
) -> vec4<f32> {
  var whole = vec4<i32>();
  var rest = bias;
  for (var k = 0u; k < terms; k++) {
    let right = load_right(column + k * stride, j);
    let left = vec4<f32>(load_left(left_at + k));
    let right_head = head4(right);
    let left_head = head4(left);
    let product = left_head * right_head;
    let steps = vec4<i32>(clamp(product * 1024.0, vec4<f32>(-1048576.0), vec4<f32>(1048576.0)));
    whole += steps;
    rest += (product - vec4<f32>(steps) / 1024.0) + left_head * (right - right_head) + (left - left_head) * right;
  }
  return (start + vec4<f32>(whole) / 1024.0) + rest;
}

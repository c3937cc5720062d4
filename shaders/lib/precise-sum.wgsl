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

// Multiples of 2⁻¹⁰ as integers, and what is left of each product, which is small.
struct PreciseSum {
  whole: vec4<i32>,
  rest: vec4<f32>,
}

// Up to 2¹⁰ of a product goes into the whole, so that 2,000 terms cannot overflow.
fn add_precisely(sum: PreciseSum, left: f32, right: vec4<f32>) -> PreciseSum {
  let right_head = head4(right);
  let left_head = head4(vec4<f32>(left));
  let product = left_head * right_head;
  let steps = vec4<i32>(clamp(product * 1024.0, vec4<f32>(-1048576.0), vec4<f32>(1048576.0)));
  let rest = (product - vec4<f32>(steps) / 1024.0) + left_head * (right - right_head) + (left - left_head) * right;
  return PreciseSum(sum.whole + steps, sum.rest + rest);
}

// start + bias + Σ_k left[left_at + k] · right[column + k·stride + j] over `terms`, four to a loop trip, which are counted.
fn precise_sum(
  start: vec4<f32>,
  bias: vec4<f32>,
  terms: u32,
  left_at: u32,
  column: u32,
  stride: u32,
  j: vec4<u32>,
) -> vec4<f32> {
  var sum = PreciseSum(vec4<i32>(), bias);
  var k = 0u;
  for (; k + 4u <= terms; k += 4u) {
    let at = column + k * stride;
    sum = add_precisely(sum, load_left(left_at + k), load_right(at, j));
    sum = add_precisely(sum, load_left(left_at + k + 1u), load_right(at + stride, j));
    sum = add_precisely(sum, load_left(left_at + k + 2u), load_right(at + 2u * stride, j));
    sum = add_precisely(sum, load_left(left_at + k + 3u), load_right(at + 3u * stride, j));
  }
  for (; k < terms; k++) {
    sum = add_precisely(sum, load_left(left_at + k), load_right(column + k * stride, j));
  }
  return (start + vec4<f32>(sum.whole) / 1024.0) + sum.rest;
}

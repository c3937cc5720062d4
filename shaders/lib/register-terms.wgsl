// How a register tile takes four terms at once. Terms that are not there count 0: the last one is loaded in
// their place, so that what they are multiplied with is finite where the sum is. The kernel declares `load_left` and `load_right`:
// one number of the left matrix, four of the right one.

fn four_terms(k: u32, end: u32) -> vec4<u32> {
  return min(vec4<u32>(k) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(end - 1u));
}

fn live_terms(k: u32, end: u32) -> vec4<f32> {
  return select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(k) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(end));
}

fn load_terms(k: vec4<u32>, at: u32) -> vec4<f32> {
  return vec4<f32>(load_left(at + k.x), load_left(at + k.y), load_left(at + k.z), load_left(at + k.w));
}

// Columns are terms, so that block * terms is a sum over four terms for four columns of the product.
fn load_block(k: vec4<u32>, j: vec4<u32>) -> mat4x4<f32> {
  return mat4x4<f32>(load_right(k.x, j), load_right(k.y, j), load_right(k.z, j), load_right(k.w, j));
}

// The matrices of h' U: h' as it enters the product (with dropout what is let through of it), and four columns of U. `at` lies in
// the row that the step reads; the kernel binds `h` and `U` and has `lib/recurrent-dropout` or `lib/no-dropout`.

fn load_left(at: u32) -> f32 {
  return drop_state(h[at], at - old_start(0u));
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(U[at + j.x], U[at + j.y], U[at + j.z], U[at + j.w]);
}

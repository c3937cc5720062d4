// Stores four neighbouring units of a state from `at` on, of which `units` exist. The kernel binds `h` for writing.

fn store_state(at: u32, units: u32, value: vec4<f32>) {
  h[at] = value.x;
  if (units > 1u) { h[at + 1u] = value.y; }
  if (units > 2u) { h[at + 2u] = value.z; }
  if (units > 3u) { h[at + 3u] = value.w; }
}

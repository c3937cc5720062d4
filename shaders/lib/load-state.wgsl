// Four neighbouring units of a row of states. The kernel binds `h`; `j` are the units to load, clamped at the edge.

fn load_state(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(h[at + j.x], h[at + j.y], h[at + j.z], h[at + j.w]);
}

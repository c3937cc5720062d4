// Four neighbouring units of a row of dh. The kernel binds `dh`; `j` are the units to load, clamped at the edge, and `units` is how
// many exist from the first one on.

fn load_dh(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(dh[at + j.x], dh[at + j.y], dh[at + j.z], dh[at + j.w]);
}

fn store_dh(at: u32, units: u32, value: vec4<f32>) {
  dh[at] = value.x;
  if (units > 1u) { dh[at + 1u] = value.y; }
  if (units > 2u) { dh[at + 2u] = value.z; }
  if (units > 3u) { dh[at + 3u] = value.w; }
}

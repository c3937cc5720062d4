// Four neighbouring units of a record row. The kernel binds `record`; `j` are the units to load (clamped at the edge), `units` how
// many of them exist from the first one on.

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn store_record(at: u32, units: u32, value: vec4<f32>) {
  record[at] = value.x;
  if (units > 1u) { record[at + 1u] = value.y; }
  if (units > 2u) { record[at + 2u] = value.z; }
  if (units > 3u) { record[at + 3u] = value.w; }
}

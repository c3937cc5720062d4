// Four units j of a slot that starts at `at`, for kernels of `lib/recurrent-work`: units beyond H are the last one again, with its value,
// because a store that depends on a condition costs more. The kernel binds `record`.

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn store_units(at: u32, j: vec4<u32>, value: vec4<f32>) {
  record[at + j.x] = value.x;
  record[at + j.y] = value.y;
  record[at + j.z] = value.z;
  record[at + j.w] = value.w;
}

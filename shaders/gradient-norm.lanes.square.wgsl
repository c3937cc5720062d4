// gradient-norm, `lanes`, first kernel: every lane sums the squares of a stride.
//
//   sums[i] = Σ_{p ≡ i mod LANES} grads[p]²
//
// | binding | tensor | access     | shape   |
// | ------- | ------ | ---------- | ------- |
// | 0       | grads  | read       | [P]     |
// | 1       | sums   | read_write | [LANES] |
//
// Invocation i owns lane i of model group.z.

struct Args {
  P: u32,
  gradsPerModel: u32,
  sumsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 1024u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= LANES) { return; }
  let first = group.z * args.gradsPerModel;
  var sum = 0.0;
  for (var p = i; p < args.P; p += LANES) {
    let g = grads[first + p];
    sum += g * g;
  }
  sums[group.z * args.sumsPerModel + i] = sum;
}

// softmax-backward, `row`: one row per invocation.
//
//   da[n, c] = y[n, c]·(dy[n, c] − Σ_k dy[n, k]·y[n, k])
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | y      | read       | [N, C] |
// | 1       | dy     | read       | [N, C] |
// | 2       | da     | read_write | [N, C] |
//
// Invocation i owns row i.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  yPerModel: u32,
  dyPerModel: u32,
  daPerModel: u32,
}

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.N) { return; }
  let at = group.z * args.yPerModel + n * args.C;
  let up = group.z * args.dyPerModel + n * args.C;
  let to = group.z * args.daPerModel + n * args.C;
  var mean = 0.0;
  for (var k = 0u; k < args.C; k++) {
    mean += dy[up + k] * y[at + k];
  }
  for (var c = 0u; c < args.C; c++) {
    da[to + c] = y[at + c] * (dy[up + c] - mean);
  }
}

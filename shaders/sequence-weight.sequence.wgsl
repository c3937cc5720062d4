// sequence-weight, `sequence`: weights with which every sequence counts alike, one sequence per invocation.
//
//   weight[t, b] = mask[t, b] / Σ_s mask[s, b], 0 where the sum is 0
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | mask   | read       | [T, B] |
// | 1       | weight | read_write | [T, B] |
//
// Invocation b owns sequence b; step t of it is row t·stepStride + b·rowStride.
// Layer z of the grid is a model.

struct Args {
  T: u32,
  B: u32,
  stepStride: u32,
  rowStride: u32,
  maskPerModel: u32,
  weightPerModel: u32,
}

@group(0) @binding(0) var<storage, read> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let b = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (b >= args.B) { return; }
  let m_at = group.z * args.maskPerModel;
  var sum = 0.0;
  for (var t = 0u; t < args.T; t++) {
    sum += mask[m_at + t * args.stepStride + b * args.rowStride];
  }
  for (var t = 0u; t < args.T; t++) {
    let n = t * args.stepStride + b * args.rowStride;
    var share = 0.0;
    if (sum > 0.0) {
      share = mask[m_at + n] / sum;
    }
    weight[group.z * args.weightPerModel + n] = share;
  }
}

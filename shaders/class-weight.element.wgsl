// class-weight, `element`: the weight of each row by its class, one row per invocation.
//
//   weight[n] = mask[n] · classWeights[target[n]]
//
// | binding | tensor       | access     | shape |
// | ------- | ------------ | ---------- | ----- |
// | 0       | mask         | read       | [N]   |
// | 1       | target_      | read       | [N]   |
// | 2       | classWeights | read       | [V]   |
// | 3       | weight       | read_write | [N]   |
//
// Invocation i owns row i. The contract's `target` carries an underscore because WGSL reserves the word.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  maskPerModel: u32,
  targetPerModel: u32,
  classWeightsPerModel: u32,
  weightPerModel: u32,
}

@group(0) @binding(0) var<storage, read> mask: array<f32>;
@group(0) @binding(1) var<storage, read> target_: array<u32>;
@group(0) @binding(2) var<storage, read> classWeights: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.N) { return; }
  let label = target_[group.z * args.targetPerModel + n];
  let factor = classWeights[group.z * args.classWeightsPerModel + label];
  weight[group.z * args.weightPerModel + n] = mask[group.z * args.maskPerModel + n] * factor;
}

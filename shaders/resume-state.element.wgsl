// resume-state, `element`: the states before the first step.
//
//   h[n] = resume = 1 ? kept[n] : 0
//
// | binding | tensor | access     | shape              |
// | ------- | ------ | ---------- | ------------------ |
// | 0       | kept   | read       | [N]                |
// | 1       | h      | read_write | [N], row 0 of more |
//
// Invocation i owns element i of model group.z; every model has its own scalars.

struct Args {
  @align(16) N: u32,
  resume: u32,
  keptPerModel: u32,
  hPerModel: u32,
}

@group(0) @binding(0) var<storage, read> kept: array<f32>;
@group(0) @binding(1) var<storage, read_write> h: array<f32>;
@group(1) @binding(0) var<uniform> args_of: array<Args, 64>;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let args = args_of[group.z];
  if (i >= args.N) { return; }
  h[group.z * args.hPerModel + i] = select(0.0, kept[group.z * args.keptPerModel + i], args.resume == 1u);
}

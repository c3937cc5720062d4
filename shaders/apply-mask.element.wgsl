// apply-mask, `element`: zeros where a mask is 0.
//
//   x[p] = mask[p] = 0 ? 0 : x[p]
//
// | binding | tensor | access     | shape |
// | ------- | ------ | ---------- | ----- |
// | 0       | mask   | read       | [P]   |
// | 1       | x      | read_write | [P]   |
//
// Invocation i owns element i.
// Layer z of the grid is a model.

struct Args {
  P: u32,
  maskPerModel: u32,
  xPerModel: u32,
}

@group(0) @binding(0) var<storage, read> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.P) { return; }
  if (mask[group.z * args.maskPerModel + i] == 0.0) {
    x[group.z * args.xPerModel + i] = 0.0;
  }
}

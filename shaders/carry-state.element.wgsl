// carry-state, `element`: the last state becomes the first.
//
//   h[0] = h[T]
//
// | binding | tensor | access     | shape       |
// | ------- | ------ | ---------- | ----------- |
// | 0       | h      | read_write | [T+1, B, H] |
//
// Invocation i owns element i of [B, H]. With T ≥ 1 no invocation writes what another reads.
// Layer z of the grid is a model.

struct Args {
  T: u32,
  B: u32,
  H: u32,
  hPerModel: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let state = args.B * args.H;
  if (i >= state) { return; }
  let first = group.z * args.hPerModel;
  h[first + i] = h[first + args.T * state + i];
}

// keep-state, `element`: the states after the last step, kept for the batch that follows.
//
//   kept[n] = flags = 0 ? h[hOffset + n] : kept[n]
//
// | binding | tensor | access     | shape            |
// | ------- | ------ | ---------- | ---------------- |
// | 0       | h      | read       | [N] from hOffset |
// | 1       | flags  | read       | [1]              |
// | 2       | kept   | read_write | [N]              |
//
// Invocation i owns element i of [N]. While flags[group.z * args.flagsPerModel] is not 0 nothing is written.

struct Args {
  N: u32,
  hOffset: u32,
  hPerModel: u32,
  flagsPerModel: u32,
  keptPerModel: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read> flags: array<u32>;
@group(0) @binding(2) var<storage, read_write> kept: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.N || flags[group.z * args.flagsPerModel] != 0u) { return; }
  kept[group.z * args.keptPerModel + i] = h[group.z * args.hPerModel + args.hOffset + i];
}

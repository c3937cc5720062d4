// broadcast-row, `element`: one vector into every row.
//
//   out[outOffset + n·C + c] = row[c]
//
// | binding | tensor | access     | shape                 |
// | ------- | ------ | ---------- | --------------------- |
// | 0       | row    | read       | [C]                   |
// | 1       | out    | read_write | [N, C] from outOffset |
//
// Invocation i owns element i of [N, C].
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  outOffset: u32,
  rowPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> row: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.N * args.C) { return; }
  out[group.z * args.outPerModel + args.outOffset + i] = row[group.z * args.rowPerModel + i % args.C];
}

// add-rows, `element`: rows of one window added to those of another.
//
//   out[outOffset + n·outStride + c] += x[xOffset + n·xStride + c]
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | x      | read       | [N, C] from xOffset, xStride     |
// | 1       | out    | read_write | [N, C] from outOffset, outStride |
//
// Invocation i owns element i of [N, C].
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  outOffset: u32,
  outStride: u32,
  xPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
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
  let n = i / args.C;
  let c = i % args.C;
  let from_at = group.z * args.xPerModel + args.xOffset + n * args.xStride;
  let to_at = group.z * args.outPerModel + args.outOffset + n * args.outStride;
  out[to_at + c] += x[from_at + c];
}

// mask-rows, `element`: rows times their mask, from one window into another.
//
//   out[outOffset + n·outStride + c] = m[n] · x[xOffset + n·xStride + c],   m[n] = mask[n], or 1 where masked = 0
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | x      | read       | [N, C] from xOffset, xStride     |
// | 1       | mask   | read       | [N]                              |
// | 2       | out    | read_write | [N, C] from outOffset, outStride |
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
  masked: u32,
  xPerModel: u32,
  maskPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
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
  var factor = 1.0;
  if (args.masked == 1u) {
    factor = mask[group.z * args.maskPerModel + n];
  }
  let from_at = group.z * args.xPerModel + args.xOffset + n * args.xStride;
  let to_at = group.z * args.outPerModel + args.outOffset + n * args.outStride;
  out[to_at + c] = factor * x[from_at + c];
}

// gather-forward, `element`: rows of W by token id, plus the bias if there is one.
//
//   out[outOffset + n·outStride + c] = b[c] + W[ids[n], c], without b[c] where biased = 0
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | ids    | read       | [N]                              |
// | 1       | W      | read       | [D, C]                           |
// | 2       | b      | read       | [C]                              |
// | 3       | out    | read_write | [N, C] from outOffset, outStride |
//
// Invocation i owns element i of [N, C].

struct Args {
  N: u32,
  C: u32,
  outOffset: u32,
  outStride: u32,
  biased: u32,
}

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
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
  var value = W[ids[n] * args.C + c];
  if (args.biased == 1u) {
    value += b[c];
  }
  out[args.outOffset + n * args.outStride + c] = value;
}

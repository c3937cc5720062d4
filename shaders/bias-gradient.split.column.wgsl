// bias-gradient, `split`, first kernel: column sums of one slab of rows.
//
//   slabs[s, c] = Σ_{n in slab s} right[rightOffset + n·rightStride + c]
//
// | binding | tensor | access     | shape                                |
// | ------- | ------ | ---------- | ------------------------------------ |
// | 0       | right  | read       | [N, C] from rightOffset, rightStride |
// | 1       | slabs  | read_write | [S, C], S = ⌈N / SLAB_ROWS⌉          |
//
// Invocation i owns element i of [S, C].

struct Args {
  N: u32,
  C: u32,
  rightOffset: u32,
  rightStride: u32,
}

@group(0) @binding(0) var<storage, read> right: array<f32>;
@group(0) @binding(1) var<storage, read_write> slabs: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override SLAB_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let begin = (i / args.C) * SLAB_ROWS;
  let c = i % args.C;
  if (begin >= args.N) { return; }
  let end = min(begin + SLAB_ROWS, args.N);
  var sum = 0.0;
  for (var n = begin; n < end; n++) {
    sum += right[args.rightOffset + n * args.rightStride + c];
  }
  slabs[i] = sum;
}

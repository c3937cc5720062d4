// weight-gradient, `register`, second kernel: adds the slabs of a chunk to dW in ascending order, so that two runs agree bit for bit.
//
//   dW[outOffset + d·outStride + c] += Σ_s slabs[s, d, c]
//
// | binding | tensor | access     | shape                                   |
// | ------- | ------ | ---------- | --------------------------------------- |
// | 0       | slabs  | read       | [S − 1, D, C], S = ⌈steps / SPLIT_ROWS⌉ |
// | 1       | dW     | read_write | [D, C] from outOffset, outStride        |
//
// Invocation i owns element i of [D, C] of model group.z.

struct Args {
  steps: u32,
  D: u32,
  C: u32,
  outOffset: u32,
  outStride: u32,
  slabsPerModel: u32,
  dWPerModel: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dW: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override SPLIT_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let slab = args.D * args.C;
  if (i >= slab) { return; }
  let to = group.z * args.dWPerModel + args.outOffset + (i / args.C) * args.outStride + i % args.C;
  let first = group.z * args.slabsPerModel + i;
  var sum = dW[to];
  for (var s = 0u; s < (args.steps - 1u) / SPLIT_ROWS; s++) {
    sum += slabs[first + s * slab];
  }
  dW[to] = sum;
}

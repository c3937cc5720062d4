// gather-backward, `list`, third kernel: the slabs in ascending order, so that two runs agree bit for bit (no atomics).
//
//   dW[d, c] = Σ_s slabs[s, d, c]
//
// | binding | tensor | access     | shape                                   |
// | ------- | ------ | ---------- | --------------------------------------- |
// | 0       | slabs  | read       | [S, D, C], S = slab_count(N, D · tiles) |
// | 1       | dW     | read_write | [D, C]                                  |
//
// Invocation i owns element i of [D, C] of model group.z. Not played where S = 1.

struct Args {
  N: u32,
  D: u32,
  C: u32,
  slabsPerModel: u32,
  dWPerModel: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dW: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override LANES: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let slab = args.D * args.C;
  if (i >= slab) { return; }
  let count = slab_count(args.N, args.D * ((args.C + 7u) / 8u), LANES);
  var sum = 0.0;
  for (var s = 0u; s < count; s++) {
    sum += slabs[group.z * args.slabsPerModel + s * slab + i];
  }
  dW[group.z * args.dWPerModel + i] = sum;
}

// bias-gradient, `split`, second kernel: the slabs in ascending order, so that two runs agree bit for bit.
//
//   db[outOffset + c] = Σ_s slabs[s, c]
//
// | binding | tensor | access     | shape                                   |
// | ------- | ------ | ---------- | --------------------------------------- |
// | 0       | slabs  | read       | [S, C], S = slab_count(N, tiles, LANES) |
// | 1       | db     | read_write | [C] from outOffset                      |
//
// Invocation i owns column i of model group.z. Not played where S = 1.

struct Args {
  N: u32,
  C: u32,
  outOffset: u32,
  slabsPerModel: u32,
  dbPerModel: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> db: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override LANES: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (c >= args.C) { return; }
  let count = slab_count(args.N, (args.C + 7u) / 8u, LANES);
  var sum = 0.0;
  for (var s = 0u; s < count; s++) {
    sum += slabs[group.z * args.slabsPerModel + s * args.C + c];
  }
  db[group.z * args.dbPerModel + args.outOffset + c] = sum;
}

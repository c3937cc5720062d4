// layer-norm-backward, `split`, third kernel: the slabs in ascending order, so that two runs agree bit for bit.
//
//   dgain[c] = Σ_s slabs[s, c]
//
// | binding | tensor | access     | shape                       |
// | ------- | ------ | ---------- | --------------------------- |
// | 0       | slabs  | read       | [S, C], S = ⌈N / SLAB_ROWS⌉ |
// | 1       | dgain  | read_write | [C]                         |
//
// Invocation i owns column i.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  slabsPerModel: u32,
  dgainPerModel: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dgain: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override SLAB_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (c >= args.C) { return; }
  var gain_sum = 0.0;
  let first = group.z * args.slabsPerModel;
  let end = first + ((args.N + SLAB_ROWS - 1u) / SLAB_ROWS) * args.C;
  for (var at = first + c; at < end; at += args.C) {
    gain_sum += slabs[at];
  }
  dgain[group.z * args.dgainPerModel + c] = gain_sum;
}

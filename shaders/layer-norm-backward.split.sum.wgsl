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

struct Args {
  C: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dgain: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (c >= args.C) { return; }
  var gain_sum = 0.0;
  for (var at = c; at < arrayLength(&slabs); at += args.C) {
    gain_sum += slabs[at];
  }
  dgain[c] = gain_sum;
}

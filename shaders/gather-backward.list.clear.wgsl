// gather-backward, `list`, first kernel: empties the list of every id in every slab of positions.
//
//   first[s, d] = 0
//
// | binding | tensor | access     | shape                       |
// | ------- | ------ | ---------- | --------------------------- |
// | 0       | first  | read_write | [S, D], S = ⌈N / SLAB_ROWS⌉ |
//
// Positions are stored as n + 1, so 0 means none. Invocation i owns element i of [S, D].

@group(0) @binding(0) var<storage, read_write> first: array<u32>;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= arrayLength(&first)) { return; }
  first[i] = 0u;
}

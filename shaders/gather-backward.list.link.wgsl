// gather-backward, `list`, first kernel: links the positions of each id within each block of positions, without atomics.
//
//   next[n] = 1 + min { m > n in the block : ids[m] = ids[n] }, or 0
//   first[s, d] = 1 + min { n in block s : ids[n] = d }, or 0
//
// | binding | tensor | access     | shape                        |
// | ------- | ------ | ---------- | ---------------------------- |
// | 0       | ids    | read       | [N]                          |
// | 1       | first  | read_write | [S, D], S = ⌈N / BLOCK_ROWS⌉ |
// | 2       | next   | read_write | [N]                          |
//
// Positions are stored as n + 1, so 0 means none. Invocation i owns block i of model group.z and goes through it backwards,
// so that the position it meets stands before those it has met.

struct Args {
  N: u32,
  D: u32,
  idsPerModel: u32,
  firstPerModel: u32,
  nextPerModel: u32,
}

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> first: array<u32>;
@group(0) @binding(2) var<storage, read_write> next: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override BLOCK_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let begin = block * BLOCK_ROWS;
  if (begin >= args.N) { return; }
  let lists = group.z * args.firstPerModel + block * args.D;
  for (var d = 0u; d < args.D; d++) {
    first[lists + d] = 0u;
  }
  for (var n = min(begin + BLOCK_ROWS, args.N); n > begin; n--) {
    let id = ids[group.z * args.idsPerModel + n - 1u];
    next[group.z * args.nextPerModel + n - 1u] = first[lists + id];
    first[lists + id] = n;
  }
}

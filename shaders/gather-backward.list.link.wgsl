// gather-backward, `list`, second kernel: links every position to the next one with the same id, without atomics.
//
//   next[n] = 1 + min { m > n in the slab : ids[m] = ids[n] }, or 0
//   first[s, ids[n]] = n + 1 where no m < n in slab s has the same id
//
// | binding | tensor | access     | shape                       |
// | ------- | ------ | ---------- | --------------------------- |
// | 0       | ids    | read       | [N]                         |
// | 1       | first  | read_write | [S, D], S = ⌈N / SLAB_ROWS⌉ |
// | 2       | next   | read_write | [N]                         |
//
// Invocation i owns position i. It looks ahead and back only until it meets its id, so short vocabularies are cheap; the
// slab bounds the search where the id is rare.

struct Args {
  N: u32,
  D: u32,
}

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> first: array<u32>;
@group(0) @binding(2) var<storage, read_write> next: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override SLAB_ROWS: u32 = 8192u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.N) { return; }
  let id = ids[n];
  let slab = n / SLAB_ROWS;
  let begin = slab * SLAB_ROWS;
  let end = min(begin + SLAB_ROWS, args.N);
  var ahead = n + 1u;
  while (ahead < end && ids[ahead] != id) {
    ahead++;
  }
  next[n] = select(0u, ahead + 1u, ahead < end);
  var back = n;
  while (back > begin && ids[back - 1u] != id) {
    back--;
  }
  if (back == begin) {
    first[slab * args.D + id] = n + 1u;
  }
}

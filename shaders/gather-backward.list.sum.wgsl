// gather-backward, `list`, third kernel: sums the gradient rows of each id in ascending n within each slab of positions.
//
//   slabs[s, d, c] = Σ_{n in slab s, ids[n] = d} da[daOffset + n·daStride + c]
//
// | binding | tensor | access     | shape                          |
// | ------- | ------ | ---------- | ------------------------------ |
// | 0       | first  | read       | [S, D], S = ⌈N / SLAB_ROWS⌉    |
// | 1       | next   | read       | [N]                            |
// | 2       | da     | read       | [N, C] from daOffset, daStride |
// | 3       | slabs  | read_write | [S, D, C]                      |
//
// Invocation i owns the list ⌊i / tiles⌋ of [S, D] and columns 4·(i mod tiles) …, tiles = ⌈C / 4⌉.

struct Args {
  C: u32,
  daOffset: u32,
  daStride: u32,
}

@group(0) @binding(0) var<storage, read> first: array<u32>;
@group(0) @binding(1) var<storage, read> next: array<u32>;
@group(0) @binding(2) var<storage, read> da: array<f32>;
@group(0) @binding(3) var<storage, read_write> slabs: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 3u) / 4u;
  let list = i / tiles;
  if (list >= arrayLength(&first)) { return; }
  let start = (i % tiles) * 4u;
  let c = min(vec4<u32>(start, start + 1u, start + 2u, start + 3u), vec4<u32>(args.C - 1u));
  var sum = vec4<f32>();
  var position = first[list];
  while (position != 0u) {
    let n = position - 1u;
    let at = args.daOffset + n * args.daStride;
    sum += vec4<f32>(da[at + c.x], da[at + c.y], da[at + c.z], da[at + c.w]);
    position = next[n];
  }
  let to = list * args.C + start;
  let columns = args.C - start;
  slabs[to] = sum.x;
  if (columns > 1u) { slabs[to + 1u] = sum.y; }
  if (columns > 2u) { slabs[to + 2u] = sum.z; }
  if (columns > 3u) { slabs[to + 3u] = sum.w; }
}

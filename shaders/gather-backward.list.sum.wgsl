// gather-backward, `list`, second kernel: sums the gradient rows of each id in ascending n within each slab of blocks; where
// there is one slab only the sums are the result.
//
//   slabs[s, d, c] = Σ_{n in slab s, ids[n] = d} da[daOffset + n·daStride + c], or dW[d, c] where S = 1; 0 where d = padding
//
// | binding | tensor | access     | shape                                   |
// | ------- | ------ | ---------- | --------------------------------------- |
// | 0       | first  | read       | [blocks, D], blocks = ⌈N / BLOCK_ROWS⌉  |
// | 1       | next   | read       | [N]                                     |
// | 2       | da     | read       | [N, C] from daOffset, daStride          |
// | 3       | slabs  | read_write | [S, D, C], S = slab_count(N, D · tiles) |
// | 4       | dW     | read_write | [D, C]                                  |
//
// Invocation i owns columns 8·(i mod tiles) …, tiles = ⌈C / 8⌉, of id ⌊i / tiles⌋ mod D in slab ⌊i / (D · tiles)⌋ of model
// group.z. In the last tile the columns beyond C are its last one once more: the same sum is written to the same place.

struct Args {
  N: u32,
  D: u32,
  C: u32,
  daOffset: u32,
  daStride: u32,
  padding: u32,
  firstPerModel: u32,
  nextPerModel: u32,
  daPerModel: u32,
  slabsPerModel: u32,
  dWPerModel: u32,
}

@group(0) @binding(0) var<storage, read> first: array<u32>;
@group(0) @binding(1) var<storage, read> next: array<u32>;
@group(0) @binding(2) var<storage, read> da: array<f32>;
@group(0) @binding(3) var<storage, read_write> slabs: array<f32>;
@group(0) @binding(4) var<storage, read_write> dW: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override LANES: u32 = 16u;
override BLOCK_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 7u) / 8u;
  let list = i / tiles;
  let slab = list / args.D;
  let count = slab_count(args.N, args.D * tiles, LANES);
  if (slab >= count) { return; }
  let id = list - slab * args.D;
  let c = (i - list * tiles) * 8u;
  let last = vec4<u32>(args.C - 1u);
  let j = min(vec4<u32>(c, c + 1u, c + 2u, c + 3u), last);
  let k = min(vec4<u32>(c + 4u, c + 5u, c + 6u, c + 7u), last);
  let blocks = (args.N + BLOCK_ROWS - 1u) / BLOCK_ROWS;
  let slab_blocks = (blocks + count - 1u) / count;
  // No block at all where the id stands for nothing.
  let end = select(min((slab + 1u) * slab_blocks, blocks), 0u, id == args.padding);
  let base = group.z * args.daPerModel + args.daOffset;
  var sum_j = vec4<f32>();
  var sum_k = vec4<f32>();
  for (var block = slab * slab_blocks; block < end; block++) {
    var run_j = vec4<f32>();
    var run_k = vec4<f32>();
    var position = first[group.z * args.firstPerModel + block * args.D + id];
    while (position != 0u) {
      let n = position - 1u;
      let at = base + n * args.daStride;
      run_j += vec4<f32>(da[at + j.x], da[at + j.y], da[at + j.z], da[at + j.w]);
      run_k += vec4<f32>(da[at + k.x], da[at + k.y], da[at + k.z], da[at + k.w]);
      position = next[group.z * args.nextPerModel + n];
    }
    sum_j += run_j;
    sum_k += run_k;
  }
  if (count == 1u) {
    let to = group.z * args.dWPerModel + id * args.C;
    dW[to + j.x] = sum_j.x;
    dW[to + j.y] = sum_j.y;
    dW[to + j.z] = sum_j.z;
    dW[to + j.w] = sum_j.w;
    dW[to + k.x] = sum_k.x;
    dW[to + k.y] = sum_k.y;
    dW[to + k.z] = sum_k.z;
    dW[to + k.w] = sum_k.w;
  } else {
    let to = group.z * args.slabsPerModel + list * args.C;
    slabs[to + j.x] = sum_j.x;
    slabs[to + j.y] = sum_j.y;
    slabs[to + j.z] = sum_j.z;
    slabs[to + j.w] = sum_j.w;
    slabs[to + k.x] = sum_k.x;
    slabs[to + k.y] = sum_k.y;
    slabs[to + k.z] = sum_k.z;
    slabs[to + k.w] = sum_k.w;
  }
}

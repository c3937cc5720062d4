// bias-gradient, `split`, first kernel: column sums of one slab of rows; where there is one slab only they are the result.
//
//   slabs[s, c] = Σ_{n in slab s} right[rightOffset + n·rightStride + c], or db[outOffset + c] where S = 1
//
// | binding | tensor | access     | shape                                   |
// | ------- | ------ | ---------- | --------------------------------------- |
// | 0       | right  | read       | [N, C] from rightOffset, rightStride    |
// | 1       | slabs  | read_write | [S, C], S = slab_count(N, tiles, LANES) |
// | 2       | db     | read_write | [C] from outOffset                      |
//
// Invocation i owns columns 8·(i mod tiles) … of slab ⌊i / tiles⌋, tiles = ⌈C / 8⌉, of model group.z. In the last tile the
// columns beyond C are its last one once more: the same sum is written to the same place.

struct Args {
  N: u32,
  C: u32,
  rightOffset: u32,
  rightStride: u32,
  outOffset: u32,
  rightPerModel: u32,
  slabsPerModel: u32,
  dbPerModel: u32,
}

@group(0) @binding(0) var<storage, read> right: array<f32>;
@group(0) @binding(1) var<storage, read_write> slabs: array<f32>;
@group(0) @binding(2) var<storage, read_write> db: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override LANES: u32 = 16u;

// Sums of so many rows are added up before they join the others: the rounding of a long serial sum would show.
const RUN: u32 = 256u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 7u) / 8u;
  let count = slab_count(args.N, tiles, LANES);
  let slab = i / tiles;
  if (slab >= count) { return; }
  let rows = (args.N + count - 1u) / count;
  let end = min((slab + 1u) * rows, args.N);
  let c = (i - slab * tiles) * 8u;
  let last = vec4<u32>(args.C - 1u);
  let j = min(vec4<u32>(c, c + 1u, c + 2u, c + 3u), last);
  let k = min(vec4<u32>(c + 4u, c + 5u, c + 6u, c + 7u), last);
  let first = group.z * args.rightPerModel + args.rightOffset;
  var sum_j = vec4<f32>();
  var sum_k = vec4<f32>();
  for (var begin = slab * rows; begin < end; begin += RUN) {
    var run_j = vec4<f32>();
    var run_k = vec4<f32>();
    for (var n = begin; n < min(begin + RUN, end); n++) {
      let at = first + n * args.rightStride;
      run_j += vec4<f32>(right[at + j.x], right[at + j.y], right[at + j.z], right[at + j.w]);
      run_k += vec4<f32>(right[at + k.x], right[at + k.y], right[at + k.z], right[at + k.w]);
    }
    sum_j += run_j;
    sum_k += run_k;
  }
  if (count == 1u) {
    let to = group.z * args.dbPerModel + args.outOffset;
    db[to + j.x] = sum_j.x;
    db[to + j.y] = sum_j.y;
    db[to + j.z] = sum_j.z;
    db[to + j.w] = sum_j.w;
    db[to + k.x] = sum_k.x;
    db[to + k.y] = sum_k.y;
    db[to + k.z] = sum_k.z;
    db[to + k.w] = sum_k.w;
  } else {
    let to = group.z * args.slabsPerModel + slab * args.C;
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

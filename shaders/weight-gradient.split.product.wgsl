// weight-gradient, `split`, first kernel: the outer products of one slab of rows, summed into that slab of `slabs`.
//
//   slabs[s, d, c] = Σ_{n in slab s} left[leftOffset + n·leftStride + d] · right[rightOffset + n·rightStride + c]
//
// | binding | tensor | access     | shape                                |
// | ------- | ------ | ---------- | ------------------------------------ |
// | 0       | left   | read       | [N, D] from leftOffset, leftStride   |
// | 1       | right  | read       | [N, C] from rightOffset, rightStride |
// | 2       | slabs  | read_write | [S, D, C], S = ⌈N / SLAB_ROWS⌉       |
//
// Invocation i owns an 8 × 8 register tile of one slab: slab ⌊i / (dTiles·cTiles)⌋, then tiles of d, then tiles of c. At an
// edge it loads the last d or c again and stores only what exists.

struct Args {
  N: u32,
  D: u32,
  C: u32,
  leftOffset: u32,
  leftStride: u32,
  rightOffset: u32,
  rightStride: u32,
}

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> slabs: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override SLAB_ROWS: u32 = 512u;

fn store(slab: u32, d: u32, c: u32, lo: vec4<f32>, hi: vec4<f32>) {
  if (d >= args.D) { return; }
  let at = (slab * args.D + d) * args.C + c;
  let columns = args.C - c;
  slabs[at] = lo.x;
  if (columns > 1u) { slabs[at + 1u] = lo.y; }
  if (columns > 2u) { slabs[at + 2u] = lo.z; }
  if (columns > 3u) { slabs[at + 3u] = lo.w; }
  if (columns > 4u) { slabs[at + 4u] = hi.x; }
  if (columns > 5u) { slabs[at + 5u] = hi.y; }
  if (columns > 6u) { slabs[at + 6u] = hi.z; }
  if (columns > 7u) { slabs[at + 7u] = hi.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let c_tiles = (args.C + 7u) / 8u;
  let d_tiles = (args.D + 7u) / 8u;
  let slab = i / (c_tiles * d_tiles);
  let d = ((i / c_tiles) % d_tiles) * 8u;
  let c = (i % c_tiles) * 8u;
  let begin = slab * SLAB_ROWS;
  if (begin >= args.N) { return; }
  let end = min(begin + SLAB_ROWS, args.N);

  let last_d = vec4<u32>(args.D - 1u);
  let last_c = vec4<u32>(args.C - 1u);
  let d_lo = min(vec4<u32>(d, d + 1u, d + 2u, d + 3u), last_d);
  let d_hi = min(vec4<u32>(d + 4u, d + 5u, d + 6u, d + 7u), last_d);
  let c_lo = min(vec4<u32>(c, c + 1u, c + 2u, c + 3u), last_c);
  let c_hi = min(vec4<u32>(c + 4u, c + 5u, c + 6u, c + 7u), last_c);

  var lo0 = vec4<f32>(); var hi0 = vec4<f32>();
  var lo1 = vec4<f32>(); var hi1 = vec4<f32>();
  var lo2 = vec4<f32>(); var hi2 = vec4<f32>();
  var lo3 = vec4<f32>(); var hi3 = vec4<f32>();
  var lo4 = vec4<f32>(); var hi4 = vec4<f32>();
  var lo5 = vec4<f32>(); var hi5 = vec4<f32>();
  var lo6 = vec4<f32>(); var hi6 = vec4<f32>();
  var lo7 = vec4<f32>(); var hi7 = vec4<f32>();
  for (var n = begin; n < end; n++) {
    let l = args.leftOffset + n * args.leftStride;
    let r = args.rightOffset + n * args.rightStride;
    let r_lo = vec4<f32>(right[r + c_lo.x], right[r + c_lo.y], right[r + c_lo.z], right[r + c_lo.w]);
    let r_hi = vec4<f32>(right[r + c_hi.x], right[r + c_hi.y], right[r + c_hi.z], right[r + c_hi.w]);
    let v0 = left[l + d_lo.x]; lo0 += v0 * r_lo; hi0 += v0 * r_hi;
    let v1 = left[l + d_lo.y]; lo1 += v1 * r_lo; hi1 += v1 * r_hi;
    let v2 = left[l + d_lo.z]; lo2 += v2 * r_lo; hi2 += v2 * r_hi;
    let v3 = left[l + d_lo.w]; lo3 += v3 * r_lo; hi3 += v3 * r_hi;
    let v4 = left[l + d_hi.x]; lo4 += v4 * r_lo; hi4 += v4 * r_hi;
    let v5 = left[l + d_hi.y]; lo5 += v5 * r_lo; hi5 += v5 * r_hi;
    let v6 = left[l + d_hi.z]; lo6 += v6 * r_lo; hi6 += v6 * r_hi;
    let v7 = left[l + d_hi.w]; lo7 += v7 * r_lo; hi7 += v7 * r_hi;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    store(slab, d + row, c, lo0, hi0);
    lo0 = lo1; hi0 = hi1;
    lo1 = lo2; hi1 = hi2;
    lo2 = lo3; hi2 = hi3;
    lo3 = lo4; hi3 = hi4;
    lo4 = lo5; hi4 = hi5;
    lo5 = lo6; hi5 = hi6;
    lo6 = lo7; hi6 = hi7;
  }
}

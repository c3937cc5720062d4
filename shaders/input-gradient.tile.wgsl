// input-gradient, `tile`: da Wᵀ, one 8 × 8 register tile per invocation, without barriers or workgroup memory.
//
//   dx[dxOffset + n·dxStride + d] = Σ_c da[daOffset + n·daStride + c] · W[d, c]
//
// | binding | tensor | access     | shape                          |
// | ------- | ------ | ---------- | ------------------------------ |
// | 0       | da     | read       | [N, C] from daOffset, daStride |
// | 1       | W      | read       | [D, C]                         |
// | 2       | dx     | read_write | [N, D] from dxOffset, dxStride |
//
// Invocation i owns rows 8·⌊i / tiles⌋ … and features 8·(i mod tiles) …, tiles = ⌈D / 8⌉. At an edge it loads the last
// row or feature again and stores only what exists.

struct Args {
  N: u32,
  D: u32,
  C: u32,
  daOffset: u32,
  daStride: u32,
  dxOffset: u32,
  dxStride: u32,
}

@group(0) @binding(0) var<storage, read> da: array<f32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

fn row_start(n: u32) -> u32 {
  return args.daOffset + min(n, args.N - 1u) * args.daStride;
}

fn store(n: u32, d: u32, lo: vec4<f32>, hi: vec4<f32>) {
  if (n >= args.N) { return; }
  let at = args.dxOffset + n * args.dxStride + d;
  let features = args.D - d;
  dx[at] = lo.x;
  if (features > 1u) { dx[at + 1u] = lo.y; }
  if (features > 2u) { dx[at + 2u] = lo.z; }
  if (features > 3u) { dx[at + 3u] = lo.w; }
  if (features > 4u) { dx[at + 4u] = hi.x; }
  if (features > 5u) { dx[at + 5u] = hi.y; }
  if (features > 6u) { dx[at + 6u] = hi.z; }
  if (features > 7u) { dx[at + 7u] = hi.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.D + 7u) / 8u;
  let n = (i / tiles) * 8u;
  let d = (i % tiles) * 8u;
  if (n >= args.N) { return; }

  let a0 = row_start(n);
  let a1 = row_start(n + 1u);
  let a2 = row_start(n + 2u);
  let a3 = row_start(n + 3u);
  let a4 = row_start(n + 4u);
  let a5 = row_start(n + 5u);
  let a6 = row_start(n + 6u);
  let a7 = row_start(n + 7u);
  let last = vec4<u32>(args.D - 1u);
  let lo = min(vec4<u32>(d, d + 1u, d + 2u, d + 3u), last) * args.C;
  let hi = min(vec4<u32>(d + 4u, d + 5u, d + 6u, d + 7u), last) * args.C;

  var lo0 = vec4<f32>(); var hi0 = vec4<f32>();
  var lo1 = vec4<f32>(); var hi1 = vec4<f32>();
  var lo2 = vec4<f32>(); var hi2 = vec4<f32>();
  var lo3 = vec4<f32>(); var hi3 = vec4<f32>();
  var lo4 = vec4<f32>(); var hi4 = vec4<f32>();
  var lo5 = vec4<f32>(); var hi5 = vec4<f32>();
  var lo6 = vec4<f32>(); var hi6 = vec4<f32>();
  var lo7 = vec4<f32>(); var hi7 = vec4<f32>();
  for (var c = 0u; c < args.C; c++) {
    let w_lo = vec4<f32>(W[lo.x + c], W[lo.y + c], W[lo.z + c], W[lo.w + c]);
    let w_hi = vec4<f32>(W[hi.x + c], W[hi.y + c], W[hi.z + c], W[hi.w + c]);
    let v0 = da[a0 + c]; lo0 += v0 * w_lo; hi0 += v0 * w_hi;
    let v1 = da[a1 + c]; lo1 += v1 * w_lo; hi1 += v1 * w_hi;
    let v2 = da[a2 + c]; lo2 += v2 * w_lo; hi2 += v2 * w_hi;
    let v3 = da[a3 + c]; lo3 += v3 * w_lo; hi3 += v3 * w_hi;
    let v4 = da[a4 + c]; lo4 += v4 * w_lo; hi4 += v4 * w_hi;
    let v5 = da[a5 + c]; lo5 += v5 * w_lo; hi5 += v5 * w_hi;
    let v6 = da[a6 + c]; lo6 += v6 * w_lo; hi6 += v6 * w_hi;
    let v7 = da[a7 + c]; lo7 += v7 * w_lo; hi7 += v7 * w_hi;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    store(n + row, d, lo0, hi0);
    lo0 = lo1; hi0 = hi1;
    lo1 = lo2; hi1 = hi2;
    lo2 = lo3; hi2 = hi3;
    lo3 = lo4; hi3 = hi4;
    lo4 = lo5; hi4 = hi5;
    lo5 = lo6; hi5 = hi6;
    lo6 = lo7; hi6 = hi7;
  }
}

// project-forward, `tile`: x W + b, one 8 × 8 register tile per invocation, without barriers or workgroup memory.
//
//   out[outOffset + n·outStride + c] = b[c] + Σ_k x[xOffset + n·xStride + k] · W[k, c]
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | x      | read       | [N, D] from xOffset, xStride     |
// | 1       | W      | read       | [D, C]                           |
// | 2       | b      | read       | [C]                              |
// | 3       | out    | read_write | [N, C] from outOffset, outStride |
//
// Invocation i owns rows 8·⌊i / tiles⌋ … and columns 8·(i mod tiles) …, tiles = ⌈C / 8⌉. At an edge it loads the last
// row or column again and stores only what exists.

struct Args {
  N: u32,
  D: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  outOffset: u32,
  outStride: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

fn row_start(n: u32) -> u32 {
  return args.xOffset + min(n, args.N - 1u) * args.xStride;
}

fn load_left(at: u32) -> f32 {
  return x[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(W[at + j.x], W[at + j.y], W[at + j.z], W[at + j.w]);
}

fn load_bias(j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(b[j.x], b[j.y], b[j.z], b[j.w]);
}

// Row n of four columns from c on: the sum, or where it is large a more precise one.
fn settle(n: u32, j: vec4<u32>, sum: vec4<f32>) -> vec4<f32> {
  if (is_large(sum)) {
    return precise_sum(vec4<f32>(), load_bias(j), args.D, row_start(n), 0u, args.C, j);
  }
  return sum;
}

fn store(n: u32, c: u32, lo: vec4<f32>, hi: vec4<f32>) {
  if (n >= args.N) { return; }
  let at = args.outOffset + n * args.outStride + c;
  let columns = args.C - c;
  out[at] = lo.x;
  if (columns > 1u) { out[at + 1u] = lo.y; }
  if (columns > 2u) { out[at + 2u] = lo.z; }
  if (columns > 3u) { out[at + 3u] = lo.w; }
  if (columns > 4u) { out[at + 4u] = hi.x; }
  if (columns > 5u) { out[at + 5u] = hi.y; }
  if (columns > 6u) { out[at + 6u] = hi.z; }
  if (columns > 7u) { out[at + 7u] = hi.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 7u) / 8u;
  let n = (i / tiles) * 8u;
  let c = (i % tiles) * 8u;
  if (n >= args.N) { return; }

  let x0 = row_start(n);
  let x1 = row_start(n + 1u);
  let x2 = row_start(n + 2u);
  let x3 = row_start(n + 3u);
  let x4 = row_start(n + 4u);
  let x5 = row_start(n + 5u);
  let x6 = row_start(n + 6u);
  let x7 = row_start(n + 7u);
  let last = vec4<u32>(args.C - 1u);
  let lo = min(vec4<u32>(c, c + 1u, c + 2u, c + 3u), last);
  let hi = min(vec4<u32>(c + 4u, c + 5u, c + 6u, c + 7u), last);

  let b_lo = load_bias(lo);
  let b_hi = load_bias(hi);
  var lo0 = b_lo; var hi0 = b_hi;
  var lo1 = b_lo; var hi1 = b_hi;
  var lo2 = b_lo; var hi2 = b_hi;
  var lo3 = b_lo; var hi3 = b_hi;
  var lo4 = b_lo; var hi4 = b_hi;
  var lo5 = b_lo; var hi5 = b_hi;
  var lo6 = b_lo; var hi6 = b_hi;
  var lo7 = b_lo; var hi7 = b_hi;
  for (var k = 0u; k < args.D; k++) {
    let w = k * args.C;
    let w_lo = load_right(w, lo);
    let w_hi = load_right(w, hi);
    let v0 = load_left(x0 + k); lo0 += v0 * w_lo; hi0 += v0 * w_hi;
    let v1 = load_left(x1 + k); lo1 += v1 * w_lo; hi1 += v1 * w_hi;
    let v2 = load_left(x2 + k); lo2 += v2 * w_lo; hi2 += v2 * w_hi;
    let v3 = load_left(x3 + k); lo3 += v3 * w_lo; hi3 += v3 * w_hi;
    let v4 = load_left(x4 + k); lo4 += v4 * w_lo; hi4 += v4 * w_hi;
    let v5 = load_left(x5 + k); lo5 += v5 * w_lo; hi5 += v5 * w_hi;
    let v6 = load_left(x6 + k); lo6 += v6 * w_lo; hi6 += v6 * w_hi;
    let v7 = load_left(x7 + k); lo7 += v7 * w_lo; hi7 += v7 * w_hi;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    store(n + row, c, settle(n + row, lo, lo0), settle(n + row, hi, hi0));
    lo0 = lo1; hi0 = hi1;
    lo1 = lo2; hi1 = hi2;
    lo2 = lo3; hi2 = hi3;
    lo3 = lo4; hi3 = hi4;
    lo4 = lo5; hi4 = hi5;
    lo5 = lo6; hi5 = hi6;
    lo6 = lo7; hi6 = hi7;
  }
}

// rnn-forward, `step`: all of step t (counted from 1) in one kernel.
//
//   h = φ(a + h' U + bu)
//
// | binding | tensor | access     | shape                                                  |
// | ------- | ------ | ---------- | ------------------------------------------------------ |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h row t; in reverse t, t−1 |
// | 1       | record | read       | [T, B, H], row t−1: a = x W + b                        |
// | 2       | U      | read       | [H, H]                                                 |
// | 3       | bu     | read       | [H]                                                    |
// | 4       | mask   | read       | [T, B], row t−1, if masked = 1: 0 copies the state     |
// | 5       | flags  | read_write | [1]                                                    |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  activation: u32,
  reverse: u32,
  masked: u32,
  flagBit: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> bu: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (row, b) in arrays [·, B, H].
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let old = row_start(args.t - 1u + args.reverse, b);
  let at = row_start(args.t - 1u, b);
  let left = args.masked == 1u && mask[(args.t - 1u) * args.B + b] == 0.0;
  let a = vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]) + sum;
  if (!left && any_not_finite(a)) {
    atomicOr(&flags[0], args.flagBit);
  }
  let previous = vec4<f32>(h[old + j.x], h[old + j.y], h[old + j.z], h[old + j.w]);
  let state = select(activate4(a, args.activation), previous, left);
  let next = row_start(args.t - args.reverse, b) + j.x;
  let units = args.H - j.x;
  h[next] = state.x;
  if (units > 1u) { h[next + 1u] = state.y; }
  if (units > 2u) { h[next + 2u] = state.z; }
  if (units > 3u) { h[next + 3u] = state.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.H + 3u) / 4u;
  let b = (i / tiles) * 8u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let old = args.t - 1u + args.reverse;
  let h0 = row_start(old, b);
  let h1 = row_start(old, b + 1u);
  let h2 = row_start(old, b + 2u);
  let h3 = row_start(old, b + 3u);
  let h4 = row_start(old, b + 4u);
  let h5 = row_start(old, b + 5u);
  let h6 = row_start(old, b + 6u);
  let h7 = row_start(old, b + 7u);
  let bias = vec4<f32>(bu[j.x], bu[j.y], bu[j.z], bu[j.w]);
  var a0 = bias;
  var a1 = bias;
  var a2 = bias;
  var a3 = bias;
  var a4 = bias;
  var a5 = bias;
  var a6 = bias;
  var a7 = bias;
  for (var k = 0u; k < args.H; k++) {
    let u = k * args.H;
    let U_k = vec4<f32>(U[u + j.x], U[u + j.y], U[u + j.z], U[u + j.w]);
    a0 += h[h0 + k] * U_k;
    a1 += h[h1 + k] * U_k;
    a2 += h[h2 + k] * U_k;
    a3 += h[h3 + k] * U_k;
    a4 += h[h4 + k] * U_k;
    a5 += h[h5 + k] * U_k;
    a6 += h[h6 + k] * U_k;
    a7 += h[h7 + k] * U_k;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, a0);
    a0 = a1;
    a1 = a2;
    a2 = a3;
    a3 = a4;
    a4 = a5;
    a5 = a6;
    a6 = a7;
  }
}

// ugrnn-forward, `step`: all of step t (counted from 1) in one kernel.
//
//   z = σ(a_z + h' U_z)    n = tanh(a_n + h' U_n)    h = (1 − z) ⊙ h' + z ⊙ n
//
// | binding | tensor | access     | shape                                                  |
// | ------- | ------ | ---------- | ------------------------------------------------------ |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h row t; in reverse t, t−1 |
// | 1       | record | read_write | [T, B, 2, H], row t−1: slots 0, 1 a_z, a_n → z, n      |
// | 2       | U      | read       | [H, 2H]                                                |
// | 3       | mask   | read       | [T, B], row t−1, if masked = 1: 0 copies the state     |
// | 4       | flags  | read_write | [1]                                                    |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉, of both products: an 8 × 8
// register tile. At an edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  reverse: u32,
  masked: u32,
  flagBit: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (row, b) in arrays [·, B, H]; twice that in the record.
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
}

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn finish(b: u32, j: vec4<u32>, z_sum: vec4<f32>, n_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let old = row_start(args.t - 1u + args.reverse, b);
  let at = row_start(args.t - 1u, b) * 2u;
  let left = args.masked == 1u && mask[(args.t - 1u) * args.B + b] == 0.0;
  let a_z = load_record(at, j) + z_sum;
  let a_n = load_record(at + args.H, j) + n_sum;
  if (!left && (any_not_finite(a_z) || any_not_finite(a_n))) {
    atomicOr(&flags[0], args.flagBit);
  }
  let z = sigmoid4(a_z);
  let n = tanh4(a_n);
  let previous = vec4<f32>(h[old + j.x], h[old + j.y], h[old + j.z], h[old + j.w]);
  let state = select((vec4<f32>(1.0) - z) * previous + z * n, previous, left);
  let z_at = at + j.x;
  let n_at = z_at + args.H;
  let next = row_start(args.t - args.reverse, b) + j.x;
  let units = args.H - j.x;
  record[z_at] = z.x; record[n_at] = n.x; h[next] = state.x;
  if (units > 1u) { record[z_at + 1u] = z.y; record[n_at + 1u] = n.y; h[next + 1u] = state.y; }
  if (units > 2u) { record[z_at + 2u] = z.z; record[n_at + 2u] = n.z; h[next + 2u] = state.z; }
  if (units > 3u) { record[z_at + 3u] = z.w; record[n_at + 3u] = n.w; h[next + 3u] = state.w; }
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
  var z0 = vec4<f32>(); var n0 = vec4<f32>();
  var z1 = vec4<f32>(); var n1 = vec4<f32>();
  var z2 = vec4<f32>(); var n2 = vec4<f32>();
  var z3 = vec4<f32>(); var n3 = vec4<f32>();
  var z4 = vec4<f32>(); var n4 = vec4<f32>();
  var z5 = vec4<f32>(); var n5 = vec4<f32>();
  var z6 = vec4<f32>(); var n6 = vec4<f32>();
  var z7 = vec4<f32>(); var n7 = vec4<f32>();
  for (var k = 0u; k < args.H; k++) {
    let u = k * 2u * args.H;
    let v = u + args.H;
    let U_z = vec4<f32>(U[u + j.x], U[u + j.y], U[u + j.z], U[u + j.w]);
    let U_n = vec4<f32>(U[v + j.x], U[v + j.y], U[v + j.z], U[v + j.w]);
    let v0 = h[h0 + k]; z0 += v0 * U_z; n0 += v0 * U_n;
    let v1 = h[h1 + k]; z1 += v1 * U_z; n1 += v1 * U_n;
    let v2 = h[h2 + k]; z2 += v2 * U_z; n2 += v2 * U_n;
    let v3 = h[h3 + k]; z3 += v3 * U_z; n3 += v3 * U_n;
    let v4 = h[h4 + k]; z4 += v4 * U_z; n4 += v4 * U_n;
    let v5 = h[h5 + k]; z5 += v5 * U_z; n5 += v5 * U_n;
    let v6 = h[h6 + k]; z6 += v6 * U_z; n6 += v6 * U_n;
    let v7 = h[h7 + k]; z7 += v7 * U_z; n7 += v7 * U_n;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, z0, n0);
    z0 = z1; n0 = n1;
    z1 = z2; n1 = n2;
    z2 = z3; n2 = n3;
    z3 = z4; n3 = n4;
    z4 = z5; n4 = n5;
    z5 = z6; n5 = n6;
    z6 = z7; n6 = n7;
  }
}

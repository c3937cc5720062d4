// gru-forward, `step`, reset after: all of state index t (from 1 to T) in one kernel; here r acts after the product.
//
//   z = σ(a_z + h' U_z + bu_z)    r = σ(a_r + h' U_r + bu_r)    q = h' U_n + bu_n
//   n = φ(a_n + r ⊙ q)            h = (1 − z) ⊙ h' + z ⊙ n
//
// | binding | tensor | access     | shape                                                           |
// | ------- | ------ | ---------- | --------------------------------------------------------------- |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h is row t                          |
// | 1       | record | read_write | [T, B, 4, H], row t−1: slots 0–2 a_z, a_r, a_n → z, r, n; 3 ← q |
// | 2       | U      | read       | [H, 3H]                                                         |
// | 3       | bu     | read       | [3H]                                                            |
// | 4       | flags  | read_write | [1]                                                             |
//
// Invocation i owns rows b = 4·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉, of all three products: a
// 4 × 12 register tile. At an edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  activation: u32,
  flagBit: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> bu: array<f32>;
@group(0) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (t−1, b) in arrays [·, B, H]; four times that in the record.
fn row_start(b: u32) -> u32 {
  return ((args.t - 1u) * args.B + min(b, args.B - 1u)) * args.H;
}

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn load_bias(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(bu[at + j.x], bu[at + j.y], bu[at + j.z], bu[at + j.w]);
}

fn store_record(at: u32, units: u32, value: vec4<f32>) {
  record[at] = value.x;
  if (units > 1u) { record[at + 1u] = value.y; }
  if (units > 2u) { record[at + 2u] = value.z; }
  if (units > 3u) { record[at + 3u] = value.w; }
}

fn finish(b: u32, j: vec4<u32>, z_sum: vec4<f32>, r_sum: vec4<f32>, q: vec4<f32>) {
  if (b >= args.B) { return; }
  let h_at = row_start(b);
  let at = h_at * 4u;
  let a_z = load_record(at, j) + z_sum;
  let a_r = load_record(at + args.H, j) + r_sum;
  let r = sigmoid4(a_r);
  let a_n = load_record(at + 2u * args.H, j) + r * q;
  if (any_not_finite(a_z) || any_not_finite(a_r) || any_not_finite(a_n)) {
    atomicOr(&flags[0], args.flagBit);
  }
  let z = sigmoid4(a_z);
  let n = activate4(a_n, args.activation);
  let previous = vec4<f32>(h[h_at + j.x], h[h_at + j.y], h[h_at + j.z], h[h_at + j.w]);
  let state = (vec4<f32>(1.0) - z) * previous + z * n;
  let units = args.H - j.x;
  store_record(at + j.x, units, z);
  store_record(at + args.H + j.x, units, r);
  store_record(at + 2u * args.H + j.x, units, n);
  store_record(at + 3u * args.H + j.x, units, q);
  let next = h_at + args.B * args.H + j.x;
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
  let b = (i / tiles) * 4u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let h0 = row_start(b);
  let h1 = row_start(b + 1u);
  let h2 = row_start(b + 2u);
  let h3 = row_start(b + 3u);
  let bu_z = load_bias(0u, j);
  let bu_r = load_bias(args.H, j);
  let bu_n = load_bias(2u * args.H, j);
  var z0 = bu_z; var r0 = bu_r; var q0 = bu_n;
  var z1 = bu_z; var r1 = bu_r; var q1 = bu_n;
  var z2 = bu_z; var r2 = bu_r; var q2 = bu_n;
  var z3 = bu_z; var r3 = bu_r; var q3 = bu_n;
  for (var k = 0u; k < args.H; k++) {
    let u = k * 3u * args.H;
    let v = u + args.H;
    let w = v + args.H;
    let U_z = vec4<f32>(U[u + j.x], U[u + j.y], U[u + j.z], U[u + j.w]);
    let U_r = vec4<f32>(U[v + j.x], U[v + j.y], U[v + j.z], U[v + j.w]);
    let U_n = vec4<f32>(U[w + j.x], U[w + j.y], U[w + j.z], U[w + j.w]);
    let v0 = h[h0 + k]; z0 += v0 * U_z; r0 += v0 * U_r; q0 += v0 * U_n;
    let v1 = h[h1 + k]; z1 += v1 * U_z; r1 += v1 * U_r; q1 += v1 * U_n;
    let v2 = h[h2 + k]; z2 += v2 * U_z; r2 += v2 * U_r; q2 += v2 * U_n;
    let v3 = h[h3 + k]; z3 += v3 * U_z; r3 += v3 * U_r; q3 += v3 * U_n;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not four times.
  for (var row = 0u; row < 4u; row++) {
    finish(b + row, j, z0, r0, q0);
    z0 = z1; r0 = r1; q0 = q1;
    z1 = z2; r1 = r2; q1 = q2;
    z2 = z3; r2 = r3; q2 = q3;
  }
}

// lstm-forward, `step`: all of step t (counted from 1) in one kernel.
//
//   i = σ(a_i + h' U_i + bu_i)    f, o likewise    g = tanh(a_g + h' U_g + bu_g)
//   c = f ⊙ c' + i ⊙ g            h = o ⊙ tanh(c)
//
// | binding | tensor | access     | shape                                                            |
// | ------- | ------ | ---------- | ---------------------------------------------------------------- |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h row t; in reverse t, t−1           |
// | 1       | c      | read_write | [T+1, B, H], likewise                                            |
// | 2       | record | read_write | [T, B, 4, H], row t−1: slots 0–3 a_i … → i, f, g, o              |
// | 3       | U      | read       | [H, 4H]                                                          |
// | 4       | bu     | read       | [4H]                                                             |
// | 5       | mask   | read       | [T, B], row t−1, if masked = 1: 0 copies h and c, record row ← 0 |
// | 6       | flags  | read_write | [1]                                                              |
//
// Invocation i owns rows b = 4·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉, of all four products: a
// 4 × 16 register tile. At an edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  reverse: u32,
  masked: u32,
  flagBit: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@group(0) @binding(2) var<storage, read_write> record: array<f32>;
@group(0) @binding(3) var<storage, read> U: array<f32>;
@group(0) @binding(4) var<storage, read> bu: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
@group(0) @binding(6) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (row, b) in arrays [·, B, H]; four times that in the record.
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
}

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn store_record(at: u32, units: u32, value: vec4<f32>) {
  record[at] = value.x;
  if (units > 1u) { record[at + 1u] = value.y; }
  if (units > 2u) { record[at + 2u] = value.z; }
  if (units > 3u) { record[at + 3u] = value.w; }
}

fn store_states(at: u32, units: u32, cell: vec4<f32>, state: vec4<f32>) {
  c[at] = cell.x; h[at] = state.x;
  if (units > 1u) { c[at + 1u] = cell.y; h[at + 1u] = state.y; }
  if (units > 2u) { c[at + 2u] = cell.z; h[at + 2u] = state.z; }
  if (units > 3u) { c[at + 3u] = cell.w; h[at + 3u] = state.w; }
}

fn load_bias(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(bu[at + j.x], bu[at + j.y], bu[at + j.z], bu[at + j.w]);
}

fn load_U(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(U[at + j.x], U[at + j.y], U[at + j.z], U[at + j.w]);
}

fn finish(b: u32, j: vec4<u32>, i_sum: vec4<f32>, f_sum: vec4<f32>, g_sum: vec4<f32>, o_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let old = row_start(args.t - 1u + args.reverse, b);
  let next = row_start(args.t - args.reverse, b) + j.x;
  let at = row_start(args.t - 1u, b) * 4u;
  let to = at + j.x;
  let units = args.H - j.x;
  let previous = vec4<f32>(c[old + j.x], c[old + j.y], c[old + j.z], c[old + j.w]);
  if (args.masked == 1u && mask[(args.t - 1u) * args.B + b] == 0.0) {
    for (var slot = 0u; slot < 4u; slot++) {
      store_record(to + slot * args.H, units, vec4<f32>());
    }
    store_states(next, units, previous, vec4<f32>(h[old + j.x], h[old + j.y], h[old + j.z], h[old + j.w]));
    return;
  }
  let a_i = load_record(at, j) + i_sum;
  let a_f = load_record(at + args.H, j) + f_sum;
  let a_g = load_record(at + 2u * args.H, j) + g_sum;
  let a_o = load_record(at + 3u * args.H, j) + o_sum;
  if (any_not_finite(a_i) || any_not_finite(a_f) || any_not_finite(a_g) || any_not_finite(a_o)) {
    atomicOr(&flags[0], args.flagBit);
  }
  let i = sigmoid4(a_i);
  let f = sigmoid4(a_f);
  let g = tanh4(a_g);
  let o = sigmoid4(a_o);
  let cell = f * previous + i * g;
  store_record(to, units, i);
  store_record(to + args.H, units, f);
  store_record(to + 2u * args.H, units, g);
  store_record(to + 3u * args.H, units, o);
  store_states(next, units, cell, o * tanh4(cell));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let invocation = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.H + 3u) / 4u;
  let b = (invocation / tiles) * 4u;
  if (b >= args.B) { return; }
  let first = (invocation % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let old = args.t - 1u + args.reverse;
  let h0 = row_start(old, b);
  let h1 = row_start(old, b + 1u);
  let h2 = row_start(old, b + 2u);
  let h3 = row_start(old, b + 3u);
  let bu_i = load_bias(0u, j);
  let bu_f = load_bias(args.H, j);
  let bu_g = load_bias(2u * args.H, j);
  let bu_o = load_bias(3u * args.H, j);
  var i0 = bu_i; var f0 = bu_f; var g0 = bu_g; var o0 = bu_o;
  var i1 = bu_i; var f1 = bu_f; var g1 = bu_g; var o1 = bu_o;
  var i2 = bu_i; var f2 = bu_f; var g2 = bu_g; var o2 = bu_o;
  var i3 = bu_i; var f3 = bu_f; var g3 = bu_g; var o3 = bu_o;
  for (var k = 0u; k < args.H; k++) {
    let u = k * 4u * args.H;
    let U_i = load_U(u, j);
    let U_f = load_U(u + args.H, j);
    let U_g = load_U(u + 2u * args.H, j);
    let U_o = load_U(u + 3u * args.H, j);
    let v0 = h[h0 + k]; i0 += v0 * U_i; f0 += v0 * U_f; g0 += v0 * U_g; o0 += v0 * U_o;
    let v1 = h[h1 + k]; i1 += v1 * U_i; f1 += v1 * U_f; g1 += v1 * U_g; o1 += v1 * U_o;
    let v2 = h[h2 + k]; i2 += v2 * U_i; f2 += v2 * U_f; g2 += v2 * U_g; o2 += v2 * U_o;
    let v3 = h[h3 + k]; i3 += v3 * U_i; f3 += v3 * U_f; g3 += v3 * U_g; o3 += v3 * U_o;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not four times.
  for (var row = 0u; row < 4u; row++) {
    finish(b + row, j, i0, f0, g0, o0);
    i0 = i1; f0 = f1; g0 = g1; o0 = o1;
    i1 = i2; f1 = f2; g1 = g2; o1 = o2;
    i2 = i3; f2 = f3; g2 = g3; o2 = o3;
  }
}

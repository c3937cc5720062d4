// gru-forward, `step`, reset before, second kernel of state index t (from 1 to T): the candidate and the new state.
//
//   n = φ(a_n + s U_n)    h = (1 − z) ⊙ h' + z ⊙ n
//
// | binding | tensor | access     | shape                                                 |
// | ------- | ------ | ---------- | ----------------------------------------------------- |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h is row t                |
// | 1       | record | read_write | [T, B, 4, H], row t−1: slots 0 z, 3 s; slot 2 a_n → n |
// | 2       | U      | read       | [H, 3H], columns n                                    |
// | 3       | flags  | read_write | [1]                                                   |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

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
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (t−1, b) in arrays [·, B, H]; four times that in the record.
fn row_start(b: u32) -> u32 {
  return ((args.t - 1u) * args.B + min(b, args.B - 1u)) * args.H;
}

fn load_record(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let h_at = row_start(b);
  let at = h_at * 4u;
  let a_n = load_record(at + 2u * args.H, j) + sum;
  if (any_not_finite(a_n)) {
    atomicOr(&flags[0], args.flagBit);
  }
  let n = activate4(a_n, args.activation);
  let z = load_record(at, j);
  let previous = vec4<f32>(h[h_at + j.x], h[h_at + j.y], h[h_at + j.z], h[h_at + j.w]);
  let state = (vec4<f32>(1.0) - z) * previous + z * n;
  let n_at = at + 2u * args.H + j.x;
  let next = h_at + args.B * args.H + j.x;
  let units = args.H - j.x;
  record[n_at] = n.x;
  h[next] = state.x;
  if (units > 1u) { record[n_at + 1u] = n.y; h[next + 1u] = state.y; }
  if (units > 2u) { record[n_at + 2u] = n.z; h[next + 2u] = state.z; }
  if (units > 3u) { record[n_at + 3u] = n.w; h[next + 3u] = state.w; }
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

  // Slot 3 of each row.
  let s0 = (row_start(b) * 4u) + 3u * args.H;
  let s1 = (row_start(b + 1u) * 4u) + 3u * args.H;
  let s2 = (row_start(b + 2u) * 4u) + 3u * args.H;
  let s3 = (row_start(b + 3u) * 4u) + 3u * args.H;
  let s4 = (row_start(b + 4u) * 4u) + 3u * args.H;
  let s5 = (row_start(b + 5u) * 4u) + 3u * args.H;
  let s6 = (row_start(b + 6u) * 4u) + 3u * args.H;
  let s7 = (row_start(b + 7u) * 4u) + 3u * args.H;
  var n0 = vec4<f32>();
  var n1 = vec4<f32>();
  var n2 = vec4<f32>();
  var n3 = vec4<f32>();
  var n4 = vec4<f32>();
  var n5 = vec4<f32>();
  var n6 = vec4<f32>();
  var n7 = vec4<f32>();
  for (var k = 0u; k < args.H; k++) {
    let u = k * 3u * args.H + 2u * args.H;
    let U_n = vec4<f32>(U[u + j.x], U[u + j.y], U[u + j.z], U[u + j.w]);
    n0 += record[s0 + k] * U_n;
    n1 += record[s1 + k] * U_n;
    n2 += record[s2 + k] * U_n;
    n3 += record[s3 + k] * U_n;
    n4 += record[s4 + k] * U_n;
    n5 += record[s5 + k] * U_n;
    n6 += record[s6 + k] * U_n;
    n7 += record[s7 + k] * U_n;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, n0);
    n0 = n1;
    n1 = n2;
    n2 = n3;
    n3 = n4;
    n4 = n5;
    n5 = n6;
    n6 = n7;
  }
}

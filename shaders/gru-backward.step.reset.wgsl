// gru-backward, `step`, reset before, second kernel of state index t (from T down to 1): through r ⊙ h' of step t−1.
//
//   ds = da_n U_nᵀ    da_r = ds ⊙ h' ⊙ r ⊙ (1 − r)    dh[t−1] += ds ⊙ r
//
// | binding | tensor | access     | shape                                               |
// | ------- | ------ | ---------- | --------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], h' is row t−1                          |
// | 1       | record | read_write | [T, B, 4, H], row t−1: slot 2 da_n; slot 1 r → da_r |
// | 2       | U      | read       | [H, 3H], columns n                                  |
// | 3       | dh     | read_write | [T+1, B, H], row t−1                                |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  B: u32,
  H: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read_write> dh: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (t−1, b) in arrays [·, B, H]; four times that in the record.
fn row_start(b: u32) -> u32 {
  return ((args.t - 1u) * args.B + min(b, args.B - 1u)) * args.H;
}

fn finish(b: u32, j: vec4<u32>, ds: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = row_start(b);
  let r_at = at * 4u + args.H;
  let r = vec4<f32>(record[r_at + j.x], record[r_at + j.y], record[r_at + j.z], record[r_at + j.w]);
  let previous = vec4<f32>(h[at + j.x], h[at + j.y], h[at + j.z], h[at + j.w]);
  let da_r = ds * previous * r * (vec4<f32>(1.0) - r);
  let carry = ds * r;
  let to = r_at + j.x;
  let into = at + j.x;
  let units = args.H - j.x;
  record[to] = da_r.x;
  dh[into] += carry.x;
  if (units > 1u) { record[to + 1u] = da_r.y; dh[into + 1u] += carry.y; }
  if (units > 2u) { record[to + 2u] = da_r.z; dh[into + 2u] += carry.z; }
  if (units > 3u) { record[to + 3u] = da_r.w; dh[into + 3u] += carry.w; }
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

  let u = j * 3u * args.H + 2u * args.H;
  // Slot 2 of each row.
  let a0 = row_start(b) * 4u + 2u * args.H;
  let a1 = row_start(b + 1u) * 4u + 2u * args.H;
  let a2 = row_start(b + 2u) * 4u + 2u * args.H;
  let a3 = row_start(b + 3u) * 4u + 2u * args.H;
  let a4 = row_start(b + 4u) * 4u + 2u * args.H;
  let a5 = row_start(b + 5u) * 4u + 2u * args.H;
  let a6 = row_start(b + 6u) * 4u + 2u * args.H;
  let a7 = row_start(b + 7u) * 4u + 2u * args.H;
  var d0 = vec4<f32>();
  var d1 = vec4<f32>();
  var d2 = vec4<f32>();
  var d3 = vec4<f32>();
  var d4 = vec4<f32>();
  var d5 = vec4<f32>();
  var d6 = vec4<f32>();
  var d7 = vec4<f32>();
  for (var k = 0u; k < args.H; k++) {
    let U_k = vec4<f32>(U[u.x + k], U[u.y + k], U[u.z + k], U[u.w + k]);
    d0 += record[a0 + k] * U_k;
    d1 += record[a1 + k] * U_k;
    d2 += record[a2 + k] * U_k;
    d3 += record[a3 + k] * U_k;
    d4 += record[a4 + k] * U_k;
    d5 += record[a5 + k] * U_k;
    d6 += record[a6 + k] * U_k;
    d7 += record[a7 + k] * U_k;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, d0);
    d0 = d1;
    d1 = d2;
    d2 = d3;
    d3 = d4;
    d4 = d5;
    d5 = d6;
    d6 = d7;
  }
}

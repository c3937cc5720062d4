// lstm-backward, `step`, state index t (from T down to 0): finishes dL/dh[t], then starts the step before it.
//
//   δ = dh[t] + [da_i, da_f, da_g, da_o] of record row t · Uᵀ              (t < T)
//   for t ≥ 1, with i, f, g, o of step t−1, c = c[t], c' = c[t−1]:
//   ε = dc[t] + δ ⊙ o ⊙ (1 − tanh²(c))    dc[t−1] = ε ⊙ f
//   da_i = ε ⊙ g ⊙ i ⊙ (1 − i)    da_f = ε ⊙ c' ⊙ f ⊙ (1 − f)    da_g = ε ⊙ i ⊙ (1 − g²)    da_o = δ ⊙ tanh(c) ⊙ o ⊙ (1 − o)
//
// | binding | tensor | access     | shape                                             |
// | ------- | ------ | ---------- | ------------------------------------------------- |
// | 0       | c      | read       | [T+1, B, H], c is row t, c' is row t−1            |
// | 1       | record | read_write | [T, B, 4, H]; row t: da; row t−1: i, f, g, o → da |
// | 2       | U      | read       | [H, 4H]                                           |
// | 3       | dh     | read_write | [T+1, B, H], rows t and t−1                       |
// | 4       | dc     | read_write | [T+1, B, H], rows t and t−1                       |
//
// What dh[t−1] holds is an upstream gradient where upstream = 1 and t−1 ≥ 1; elsewhere it is garbage and becomes 0. dc[T]
// holds one where cellUpstream = 1; all other rows of dc are written before they are read. Row t of the record is complete
// (an earlier dispatch), row t−1 is touched only in the invocation's own elements.
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  T: u32,
  B: u32,
  H: u32,
  upstream: u32,
  cellUpstream: u32,
}

@group(0) @binding(0) var<storage, read> c: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read_write> dh: array<f32>;
@group(0) @binding(4) var<storage, read_write> dc: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (t, b) in arrays [·, B, H]; four times that in the record.
fn row_start(t: u32, b: u32) -> u32 {
  return (t * args.B + min(b, args.B - 1u)) * args.H;
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

fn load_cell(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(c[at + j.x], c[at + j.y], c[at + j.z], c[at + j.w]);
}

fn store_dh(at: u32, units: u32, value: vec4<f32>) {
  dh[at] = value.x;
  if (units > 1u) { dh[at + 1u] = value.y; }
  if (units > 2u) { dh[at + 2u] = value.z; }
  if (units > 3u) { dh[at + 3u] = value.w; }
}

fn store_dc(at: u32, units: u32, value: vec4<f32>) {
  dc[at] = value.x;
  if (units > 1u) { dc[at + 1u] = value.y; }
  if (units > 2u) { dc[at + 2u] = value.z; }
  if (units > 3u) { dc[at + 3u] = value.w; }
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let one = vec4<f32>(1.0);
  let units = args.H - j.x;
  let here = row_start(args.t, b);
  let delta = vec4<f32>(dh[here + j.x], dh[here + j.y], dh[here + j.z], dh[here + j.w]) + sum;
  store_dh(here + j.x, units, delta);
  if (args.t == 0u) { return; }

  let before = row_start(args.t - 1u, b);
  let at = before * 4u;
  let i = load_record(at, j);
  let f = load_record(at + args.H, j);
  let g = load_record(at + 2u * args.H, j);
  let o = load_record(at + 3u * args.H, j);
  let bounded = tanh4(load_cell(here, j));
  var cell = delta * o * (one - bounded * bounded);
  if (args.t < args.T || args.cellUpstream == 1u) {
    cell += vec4<f32>(dc[here + j.x], dc[here + j.y], dc[here + j.z], dc[here + j.w]);
  }
  store_dc(here + j.x, units, cell);
  store_dc(before + j.x, units, cell * f);
  let to = at + j.x;
  store_record(to, units, cell * g * i * (one - i));
  store_record(to + args.H, units, cell * load_cell(before, j) * f * (one - f));
  store_record(to + 2u * args.H, units, cell * i * (one - g * g));
  store_record(to + 3u * args.H, units, delta * bounded * o * (one - o));
  if (args.upstream == 0u || args.t == 1u) {
    store_dh(before + j.x, units, vec4<f32>());
  }
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

  var d0 = vec4<f32>();
  var d1 = vec4<f32>();
  var d2 = vec4<f32>();
  var d3 = vec4<f32>();
  var d4 = vec4<f32>();
  var d5 = vec4<f32>();
  var d6 = vec4<f32>();
  var d7 = vec4<f32>();
  if (args.t < args.T) {
    let u = j * 4u * args.H;
    let a0 = row_start(args.t, b) * 4u;
    let a1 = row_start(args.t, b + 1u) * 4u;
    let a2 = row_start(args.t, b + 2u) * 4u;
    let a3 = row_start(args.t, b + 3u) * 4u;
    let a4 = row_start(args.t, b + 4u) * 4u;
    let a5 = row_start(args.t, b + 5u) * 4u;
    let a6 = row_start(args.t, b + 6u) * 4u;
    let a7 = row_start(args.t, b + 7u) * 4u;
    for (var k = 0u; k < 4u * args.H; k++) {
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

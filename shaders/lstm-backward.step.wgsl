// lstm-backward, `step`, row t of h (T … 0, in reverse 0 … T): finishes dL/dh of this row, then starts the step that made it.
//
//   δ = dh + [da_i, da_f, da_g, da_o] of the step that read this row · Uᵀ  (not for the final state)
//   with i, f, g, o of the step that made it, its c and the c' before (not for the initial state):
//   ε = dc + δ ⊙ o ⊙ (1 − tanh²(c))    dc' = ε ⊙ f
//   da_i = ε ⊙ g ⊙ i ⊙ (1 − i)    da_f = ε ⊙ c' ⊙ f ⊙ (1 − f)    da_g = ε ⊙ i ⊙ (1 − g²)    da_o = δ ⊙ tanh(c) ⊙ o ⊙ (1 − o)
//
// | binding | tensor | access     | shape                                                                |
// | ------- | ------ | ---------- | -------------------------------------------------------------------- |
// | 0       | c      | read       | [T+1, B, H], c is row t, c' row t−1, in reverse t+1                  |
// | 1       | record | read_write | [T, B, 4, H]; row t: da; row t−1: i, f, g, o → da; in reverse t−1, t |
// | 2       | U      | read       | [H, 4H]                                                              |
// | 3       | mask   | read       | [T, B], of the step that made row t, if masked = 1: 0 leaves it out  |
// | 4       | dh     | read_write | [T+1, B, H], rows t and t−1, in reverse t+1                          |
// | 5       | dc     | read_write | [T+1, B, H], likewise                                                |
//
// What dh's row of the state before holds is an upstream gradient where upstream = 1, but garbage in that of the initial
// state and where upstream = 0; it is replaced there by 0, or by what a step that is left out hands on. dc's final row holds
// an upstream gradient where cellUpstream = 1; all its other rows are written before they are read. The record row of the
// later step is complete (an earlier dispatch), the other is touched only in the invocation's own elements.
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  T: u32,
  B: u32,
  H: u32,
  reverse: u32,
  masked: u32,
  upstream: u32,
  cellUpstream: u32,
}

@group(0) @binding(0) var<storage, read> c: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<f32>;
@group(0) @binding(5) var<storage, read_write> dc: array<f32>;
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

fn load_cell(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(c[at + j.x], c[at + j.y], c[at + j.z], c[at + j.w]);
}

fn load_dh(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(dh[at + j.x], dh[at + j.y], dh[at + j.z], dh[at + j.w]);
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

// The step that made row t: its gates at `at` of the record become gradients, dc is completed here and started in the row before.
fn differentiate(at: u32, here: u32, old: u32, j: vec4<u32>, delta: vec4<f32>, upstream: vec4<f32>) {
  let one = vec4<f32>(1.0);
  let units = args.H - j.x;
  let i = load_record(at, j);
  let f = load_record(at + args.H, j);
  let g = load_record(at + 2u * args.H, j);
  let o = load_record(at + 3u * args.H, j);
  let bounded = tanh4(load_cell(here, j));
  let cell = upstream + delta * o * (one - bounded * bounded);
  store_dc(here + j.x, units, cell);
  store_dc(old + j.x, units, cell * f);
  let to = at + j.x;
  store_record(to, units, cell * g * i * (one - i));
  store_record(to + args.H, units, cell * load_cell(old, j) * f * (one - f));
  store_record(to + 2u * args.H, units, cell * i * (one - g * g));
  store_record(to + 3u * args.H, units, delta * bounded * o * (one - o));
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let none = vec4<f32>();
  let units = args.H - j.x;
  let here = row_start(args.t, b);
  let delta = load_dh(here, j) + sum;
  store_dh(here + j.x, units, delta);
  if (args.t == args.reverse * args.T) { return; }

  let step = args.t - 1u + args.reverse;
  let before = step + args.reverse;
  let old = row_start(before, b);
  let at = row_start(step, b) * 4u;
  var upstream = none; // of c
  if (args.t != (1u - args.reverse) * args.T || args.cellUpstream == 1u) {
    upstream = vec4<f32>(dc[here + j.x], dc[here + j.y], dc[here + j.z], dc[here + j.w]);
  }
  let left = args.masked == 1u && mask[step * args.B + b] == 0.0;
  if (left) {
    store_dc(here + j.x, units, upstream);
    store_dc(old + j.x, units, upstream);
    for (var slot = 0u; slot < 4u; slot++) {
      store_record(at + slot * args.H + j.x, units, none);
    }
  } else {
    differentiate(at, here, old, j, delta, upstream);
  }
  let carry = select(none, delta, left);
  if (args.upstream == 0u || before == args.reverse * args.T) {
    store_dh(old + j.x, units, carry);
  } else if (left) {
    store_dh(old + j.x, units, load_dh(old, j) + carry);
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
  if (args.t != (1u - args.reverse) * args.T) {
    let later = args.t - args.reverse;
    let u = j * 4u * args.H;
    let a0 = row_start(later, b) * 4u;
    let a1 = row_start(later, b + 1u) * 4u;
    let a2 = row_start(later, b + 2u) * 4u;
    let a3 = row_start(later, b + 3u) * 4u;
    let a4 = row_start(later, b + 4u) * 4u;
    let a5 = row_start(later, b + 5u) * 4u;
    let a6 = row_start(later, b + 6u) * 4u;
    let a7 = row_start(later, b + 7u) * 4u;
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

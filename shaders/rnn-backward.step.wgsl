// rnn-backward, `step`, row t of h (T … 0, in reverse 0 … T): finishes dL/dh of this row, then starts the step that made it.
//
//   δ = dh + da of the step that read this row · Uᵀ                       (not for the final state)
//   da of the step that made it = δ ⊙ φ'(h)                               (not for the initial state)
//
// | binding | tensor | access     | shape                                                               |
// | ------- | ------ | ---------- | ------------------------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], row t                                                  |
// | 1       | record | read_write | [T, B, H]; row t: da, read; row t−1: da, written; in reverse t−1, t |
// | 2       | U      | read       | [H, H]                                                              |
// | 3       | mask   | read       | [T, B], of the step that made row t, if masked = 1: 0 leaves it out |
// | 4       | dh     | read_write | [T+1, B, H], rows t and t−1, in reverse t+1                         |
//
// What the row of the state before holds is an upstream gradient where upstream = 1, but garbage in that of the initial
// state and where upstream = 0; it is replaced there by 0, or by what a step that is left out hands on. The record row of
// the later step is complete (an earlier dispatch), the other is touched only in the invocation's own elements.
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.

struct Args {
  t: u32,
  T: u32,
  B: u32,
  H: u32,
  activation: u32,
  reverse: u32,
  masked: u32,
  upstream: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

// Start of row (row, b) in arrays [·, B, H].
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
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
  let left = args.masked == 1u && mask[step * args.B + b] == 0.0;
  let state = vec4<f32>(h[here + j.x], h[here + j.y], h[here + j.z], h[here + j.w]);
  let da = select(delta * activation_slope4(state, args.activation), none, left);
  let at = row_start(step, b) + j.x;
  record[at] = da.x;
  if (units > 1u) { record[at + 1u] = da.y; }
  if (units > 2u) { record[at + 2u] = da.z; }
  if (units > 3u) { record[at + 3u] = da.w; }

  let old = row_start(before, b);
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
    let u = j * args.H;
    let a0 = row_start(later, b);
    let a1 = row_start(later, b + 1u);
    let a2 = row_start(later, b + 2u);
    let a3 = row_start(later, b + 3u);
    let a4 = row_start(later, b + 4u);
    let a5 = row_start(later, b + 5u);
    let a6 = row_start(later, b + 6u);
    let a7 = row_start(later, b + 7u);
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

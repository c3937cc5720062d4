// gru-forward, `step`, reset before, second kernel of step t: the candidate and the new state.
//
//   n = φ(a_n + s U_n)    h = (1 − z) ⊙ h' + z ⊙ n
//
// | binding | tensor | access     | shape                                                         |
// | ------- | ------ | ---------- | ------------------------------------------------------------- |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h is row t; in reverse row t, t−1 |
// | 1       | record | read_write | [T, B, 4, H], row t−1: slots 0 z, 3 s; slot 2 a_n → n         |
// | 2       | U      | read       | [H, 3H], columns n                                            |
// | 3       | mask   | read       | [T, B], where masked = 1                                      |
// | 4       | flags  | read_write | [1]                                                           |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists. A masked row has z = n = 0 and so keeps its state.
// Layer z of the grid is a model.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  activation: u32,
  flagBit: u32,
  reverse: u32,
  masked: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  maskPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

var<private> model: u32;

// The matrices of s U: an element of s in the record, and four columns of U.
fn load_left(at: u32) -> f32 {
  return record[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(U[at + j.x], U[at + j.y], U[at + j.z], U[at + j.w]);
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = record_start(b, 4u);
  let n_at = at + 2u * args.H;
  let units = args.H - j.x;
  let masked = is_masked(b);
  let x_n = load_record(n_at, j);
  var a_n = x_n + sum;
  if (!masked && any_not_finite(a_n)) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  if (is_large(a_n)) {
    a_n = precise_sum(x_n, vec4<f32>(), args.H, at + 3u * args.H, model * args.UPerModel + 2u * args.H, 3u * args.H, j);
  }
  let n = select(activate4(a_n, args.activation), vec4<f32>(), masked);
  let z = load_record(at, j);
  store_record(n_at + j.x, units, n);
  store_state(new_start(b) + j.x, units, mix4(load_state(old_start(b), j), n, z));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  model = group.z;
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.H + 3u) / 4u;
  let b = (i / tiles) * 8u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  // Slot 3 of each row.
  let s0 = record_start(b, 4u) + 3u * args.H;
  let s1 = record_start(b + 1u, 4u) + 3u * args.H;
  let s2 = record_start(b + 2u, 4u) + 3u * args.H;
  let s3 = record_start(b + 3u, 4u) + 3u * args.H;
  let s4 = record_start(b + 4u, 4u) + 3u * args.H;
  let s5 = record_start(b + 5u, 4u) + 3u * args.H;
  let s6 = record_start(b + 6u, 4u) + 3u * args.H;
  let s7 = record_start(b + 7u, 4u) + 3u * args.H;
  var n0 = vec4<f32>();
  var n1 = vec4<f32>();
  var n2 = vec4<f32>();
  var n3 = vec4<f32>();
  var n4 = vec4<f32>();
  var n5 = vec4<f32>();
  var n6 = vec4<f32>();
  var n7 = vec4<f32>();
  let first_row = model * args.UPerModel + 2u * args.H;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * 3u * args.H;
    let U_n = load_right(u, j);
    n0 += load_left(s0 + k) * U_n;
    n1 += load_left(s1 + k) * U_n;
    n2 += load_left(s2 + k) * U_n;
    n3 += load_left(s3 + k) * U_n;
    n4 += load_left(s4 + k) * U_n;
    n5 += load_left(s5 + k) * U_n;
    n6 += load_left(s6 + k) * U_n;
    n7 += load_left(s7 + k) * U_n;
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

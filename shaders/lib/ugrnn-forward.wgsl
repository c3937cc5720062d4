// Body of the kernels of ugrnn-forward, `step`: all of step t for tile i. The kernels differ in what `load_left` lets through of h'.

fn finish(b: u32, j: vec4<u32>, z_sum: vec4<f32>, n_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = record_start(b, 2u);
  let old = old_start(b);
  let next = new_start(b) + j.x;
  let units = args.H - j.x;
  let none = vec4<f32>();
  let previous = load_state(old, j);
  if (is_masked(b)) {
    store_record(at + j.x, units, none);
    store_record(at + args.H + j.x, units, none);
    store_state(next, units, previous);
    return;
  }
  let x_z = load_record(at, j);
  let x_n = load_record(at + args.H, j);
  var a_z = x_z + z_sum;
  var a_n = x_n + n_sum;
  if (any_not_finite(a_z) || any_not_finite(a_n)) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  if (is_large(a_z) || is_large(a_n)) {
    let u = model * args.UPerModel;
    a_z = precise_sum(x_z, none, args.H, old, u, 2u * args.H, j);
    a_n = precise_sum(x_n, none, args.H, old, u + args.H, 2u * args.H, j);
  }
  let z = sigmoid4(a_z);
  let n = tanh4(a_n);
  store_record(at + j.x, units, z);
  store_record(at + args.H + j.x, units, n);
  store_state(next, units, mix4(previous, n, z));
}

fn compute_tile(i: u32) {
  let tiles = (args.H + 3u) / 4u;
  let b = (i / tiles) * 8u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let h0 = old_start(b);
  let h1 = old_start(b + 1u);
  let h2 = old_start(b + 2u);
  let h3 = old_start(b + 3u);
  let h4 = old_start(b + 4u);
  let h5 = old_start(b + 5u);
  let h6 = old_start(b + 6u);
  let h7 = old_start(b + 7u);
  var z0 = vec4<f32>(); var n0 = vec4<f32>();
  var z1 = vec4<f32>(); var n1 = vec4<f32>();
  var z2 = vec4<f32>(); var n2 = vec4<f32>();
  var z3 = vec4<f32>(); var n3 = vec4<f32>();
  var z4 = vec4<f32>(); var n4 = vec4<f32>();
  var z5 = vec4<f32>(); var n5 = vec4<f32>();
  var z6 = vec4<f32>(); var n6 = vec4<f32>();
  var z7 = vec4<f32>(); var n7 = vec4<f32>();
  let first_row = model * args.UPerModel;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * 2u * args.H;
    let v = u + args.H;
    let U_z = load_right(u, j);
    let U_n = load_right(v, j);
    let v0 = load_left(h0 + k); z0 += v0 * U_z; n0 += v0 * U_n;
    let v1 = load_left(h1 + k); z1 += v1 * U_z; n1 += v1 * U_n;
    let v2 = load_left(h2 + k); z2 += v2 * U_z; n2 += v2 * U_n;
    let v3 = load_left(h3 + k); z3 += v3 * U_z; n3 += v3 * U_n;
    let v4 = load_left(h4 + k); z4 += v4 * U_z; n4 += v4 * U_n;
    let v5 = load_left(h5 + k); z5 += v5 * U_z; n5 += v5 * U_n;
    let v6 = load_left(h6 + k); z6 += v6 * U_z; n6 += v6 * U_n;
    let v7 = load_left(h7 + k); z7 += v7 * U_z; n7 += v7 * U_n;
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

// Body of the kernels `gates` and `gates-dropped` of gru-forward, `step`: z, r and s of tile i. They differ in
// `drop_state`, which stands at h' wherever it enters a product.

fn finish(b: u32, j: vec4<u32>, z_sum: vec4<f32>, r_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = record_start(b, 4u);
  let units = args.H - j.x;
  let masked = is_masked(b);
  let x_z = load_record(at, j);
  let x_r = load_record(at + args.H, j);
  var a_z = x_z + z_sum;
  var a_r = x_r + r_sum;
  if (!masked && (any_not_finite(a_z) || any_not_finite(a_r))) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  let old = old_start(b);
  if (is_large(a_z) || is_large(a_r)) {
    let u = model * args.UPerModel;
    a_z = precise_sum(x_z, vec4<f32>(), args.H, old, u, 3u * args.H, j);
    a_r = precise_sum(x_r, vec4<f32>(), args.H, old, u + args.H, 3u * args.H, j);
  }
  let zero = vec4<f32>();
  let r = select(sigmoid4(a_r), zero, masked);
  store_record(at + j.x, units, select(sigmoid4(a_z), zero, masked));
  store_record(at + args.H + j.x, units, r);
  store_record(at + 3u * args.H + j.x, units, r * drop_states(load_state(old, j), b * args.H, j));
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
  var z0 = vec4<f32>(); var r0 = vec4<f32>();
  var z1 = vec4<f32>(); var r1 = vec4<f32>();
  var z2 = vec4<f32>(); var r2 = vec4<f32>();
  var z3 = vec4<f32>(); var r3 = vec4<f32>();
  var z4 = vec4<f32>(); var r4 = vec4<f32>();
  var z5 = vec4<f32>(); var r5 = vec4<f32>();
  var z6 = vec4<f32>(); var r6 = vec4<f32>();
  var z7 = vec4<f32>(); var r7 = vec4<f32>();
  let first_row = model * args.UPerModel;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * 3u * args.H;
    let v = u + args.H;
    let U_z = load_right(u, j);
    let U_r = load_right(v, j);
    let v0 = load_left(h0 + k); z0 += v0 * U_z; r0 += v0 * U_r;
    let v1 = load_left(h1 + k); z1 += v1 * U_z; r1 += v1 * U_r;
    let v2 = load_left(h2 + k); z2 += v2 * U_z; r2 += v2 * U_r;
    let v3 = load_left(h3 + k); z3 += v3 * U_z; r3 += v3 * U_r;
    let v4 = load_left(h4 + k); z4 += v4 * U_z; r4 += v4 * U_r;
    let v5 = load_left(h5 + k); z5 += v5 * U_z; r5 += v5 * U_r;
    let v6 = load_left(h6 + k); z6 += v6 * U_z; r6 += v6 * U_r;
    let v7 = load_left(h7 + k); z7 += v7 * U_z; r7 += v7 * U_r;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, z0, r0);
    z0 = z1; r0 = r1;
    z1 = z2; r1 = r2;
    z2 = z3; r2 = r3;
    z3 = z4; r3 = r4;
    z4 = z5; r4 = r5;
    z5 = z6; r5 = r6;
    z6 = z7; r6 = r7;
  }
}

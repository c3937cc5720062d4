// Body of the kernels `fused` and `fused-dropped` of gru-forward, `step`: all of step t for tile i. They differ in what
// `load_left` lets through of h'.

fn load_bias(at: u32, j: vec4<u32>) -> vec4<f32> {
  let i = model * args.buPerModel + at + j;
  return vec4<f32>(bu[i.x], bu[i.y], bu[i.z], bu[i.w]);
}

// What U makes of h' in the gate of `slot`, with x W + b where it is not the candidate's: a_z, a_r or q.
fn product(slot: u32, b: u32, j: vec4<u32>, sum: vec4<f32>) -> vec4<f32> {
  let column = slot * args.H;
  var x = vec4<f32>();
  if (slot < 2u) {
    x = load_record(record_start(b, 4u) + column, j);
  }
  let a = x + sum;
  if (is_large(a)) {
    return precise_sum(x, load_bias(column, j), args.H, old_start(b), model * args.UPerModel + column, 3u * args.H, j);
  }
  return a;
}

fn finish(b: u32, j: vec4<u32>, z_sum: vec4<f32>, r_sum: vec4<f32>, q_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = record_start(b, 4u);
  let units = args.H - j.x;
  let masked = is_masked(b);
  // A loop, so that the code of one product is compiled once and not three times.
  var a = array<vec4<f32>, 3>(z_sum, r_sum, q_sum);
  for (var slot = 0u; slot < 3u; slot++) {
    a[slot] = product(slot, b, j, a[slot]);
  }
  let a_z = a[0];
  let a_r = a[1];
  let q = a[2];
  let zero = vec4<f32>();
  let r = select(sigmoid4(a_r), zero, masked);
  let a_n = load_record(at + 2u * args.H, j) + r * q;
  if (!masked && (any_not_finite(a_z) || any_not_finite(a_r) || any_not_finite(a_n))) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  let z = select(sigmoid4(a_z), zero, masked);
  let n = select(activate4(a_n, args.activation), zero, masked);
  store_record(at + j.x, units, z);
  store_record(at + args.H + j.x, units, r);
  store_record(at + 2u * args.H + j.x, units, n);
  store_record(at + 3u * args.H + j.x, units, select(q, zero, masked));
  // z = n = 0 at a masked step, so that the state stays.
  store_state(new_start(b) + j.x, units, mix4(load_state(old_start(b), j), n, z));
}

fn compute_tile(i: u32) {
  let tiles = (args.H + 3u) / 4u;
  let b = (i / tiles) * 4u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let h0 = old_start(b);
  let h1 = old_start(b + 1u);
  let h2 = old_start(b + 2u);
  let h3 = old_start(b + 3u);
  let bu_z = load_bias(0u, j);
  let bu_r = load_bias(args.H, j);
  let bu_n = load_bias(2u * args.H, j);
  var z0 = bu_z; var r0 = bu_r; var q0 = bu_n;
  var z1 = bu_z; var r1 = bu_r; var q1 = bu_n;
  var z2 = bu_z; var r2 = bu_r; var q2 = bu_n;
  var z3 = bu_z; var r3 = bu_r; var q3 = bu_n;
  let first_row = model * args.UPerModel;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * 3u * args.H;
    let v = u + args.H;
    let w = v + args.H;
    let U_z = load_right(u, j);
    let U_r = load_right(v, j);
    let U_n = load_right(w, j);
    let v0 = load_left(h0 + k); z0 += v0 * U_z; r0 += v0 * U_r; q0 += v0 * U_n;
    let v1 = load_left(h1 + k); z1 += v1 * U_z; r1 += v1 * U_r; q1 += v1 * U_n;
    let v2 = load_left(h2 + k); z2 += v2 * U_z; r2 += v2 * U_r; q2 += v2 * U_n;
    let v3 = load_left(h3 + k); z3 += v3 * U_z; r3 += v3 * U_r; q3 += v3 * U_n;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not four times.
  for (var row = 0u; row < 4u; row++) {
    finish(b + row, j, z0, r0, q0);
    z0 = z1; r0 = r1; q0 = q1;
    z1 = z2; r1 = r2; q1 = q2;
    z2 = z3; r2 = r3; q2 = q3;
  }
}

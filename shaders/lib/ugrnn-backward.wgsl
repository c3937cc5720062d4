// Body of the kernels of ugrnn-backward, `step`, for tile i. They differ in `drop_states`, which stands at what comes back through
// the products.

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let one = vec4<f32>(1.0);
  let units = args.H - j.x;
  let here = dh_start(args.t, b);
  let delta = load_dh(here, j) + drop_states(sum, b * args.H, j);
  store_dh(here + j.x, units, delta);
  if (args.t == args.reverse * args.T) { return; }

  let step = made_step();
  let at = record_start(step, b, 2u);
  let old = dh_start(old_row(), b);
  let h_old = model * args.hPerModel + row_start(old_row(), b);
  // 0 at a masked step, so that its da is 0 and the gradient passes as it is.
  let masked = args.masked == 1u && mask[model * args.maskPerModel + step * args.B + b] == 0.0;
  let z = select(load_record(at, j), vec4<f32>(), masked);
  let n = select(load_record(at + args.H, j), vec4<f32>(), masked);
  store_record(at + j.x, units, delta * (n - load_state(h_old, j)) * z * (one - z));
  store_record(at + args.H + j.x, units, delta * z * (one - n * n));
  var carry = delta * (one - z);
  if (args.upstream == 1u && old_row() != args.reverse * args.T) {
    carry += load_dh(old, j);
  }
  store_dh(old + j.x, units, carry);
}

fn compute_tile(i: u32) {
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
    let later = later_step();
    let u = model * args.UPerModel + j * 2u * args.H;
    let a0 = record_start(later, b, 2u);
    let a1 = record_start(later, b + 1u, 2u);
    let a2 = record_start(later, b + 2u, 2u);
    let a3 = record_start(later, b + 3u, 2u);
    let a4 = record_start(later, b + 4u, 2u);
    let a5 = record_start(later, b + 5u, 2u);
    let a6 = record_start(later, b + 6u, 2u);
    let a7 = record_start(later, b + 7u, 2u);
    for (var k = 0u; k < 2u * args.H; k++) {
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

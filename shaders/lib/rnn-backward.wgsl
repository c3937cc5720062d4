// Body of the kernels of rnn-backward, `step`, for tile i. They differ in `drop_states`, which stands at what comes back through the
// product.

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let none = vec4<f32>();
  let units = args.H - j.x;
  let here = dh_start(args.t, b);
  let delta = load_dh(here, j) + drop_states(sum, b * args.H, j);
  store_dh(here + j.x, units, delta);
  if (args.t == args.reverse * args.T) { return; }

  let step = made_step();
  let masked = args.masked == 1u && mask[model * args.maskPerModel + step * args.B + b] == 0.0;
  let da = delta * activation_slope4(load_state(model * args.hPerModel + row_start(args.t, b), j), args.activation);
  store_record(record_start(step, b, 1u) + j.x, units, select(da, none, masked));
  let old = dh_start(old_row(), b);
  let carry = select(none, delta, masked);
  if (args.upstream == 0u || old_row() == args.reverse * args.T) {
    store_dh(old + j.x, units, carry);
  } else if (masked) {
    store_dh(old + j.x, units, load_dh(old, j) + carry);
  }
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
    let u = model * args.UPerModel + j * args.H;
    let a0 = record_start(later, b, 1u);
    let a1 = record_start(later, b + 1u, 1u);
    let a2 = record_start(later, b + 2u, 1u);
    let a3 = record_start(later, b + 3u, 1u);
    let a4 = record_start(later, b + 4u, 1u);
    let a5 = record_start(later, b + 5u, 1u);
    let a6 = record_start(later, b + 6u, 1u);
    let a7 = record_start(later, b + 7u, 1u);
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

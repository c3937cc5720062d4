// Body of the kernels `reset` and `reset-dropped` of gru-backward, `step`, for tile i. They differ in `drop_states`, which stands at
// h' where it entered r ⊙ h' and at what comes back through it. At a masked step da_n and with it ds is 0.

fn finish(b: u32, j: vec4<u32>, ds: vec4<f32>) {
  if (b >= args.B) { return; }
  let old = dh_start(old_row(), b);
  let h_old = model * args.hPerModel + row_start(old_row(), b);
  let unit = b * args.H;
  let r_at = record_start(made_step(), b, 4u) + args.H;
  let units = args.H - j.x;
  let r = load_record(r_at, j);
  let previous = drop_states(load_state(h_old, j), unit, j);
  store_record(r_at + j.x, units, ds * previous * r * (vec4<f32>(1.0) - r));
  store_dh(old + j.x, units, load_dh(old, j) + drop_states(ds * r, unit, j));
}

fn compute_tile(i: u32) {
  let tiles = (args.H + 3u) / 4u;
  let b = (i / tiles) * 8u;
  if (b >= args.B) { return; }
  let first = (i % tiles) * 4u;
  let j = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.H - 1u));

  let u = model * args.UPerModel + j * 3u * args.H + 2u * args.H;
  // Slot 2 of each row.
  let step = made_step();
  let a0 = record_start(step, b, 4u) + 2u * args.H;
  let a1 = record_start(step, b + 1u, 4u) + 2u * args.H;
  let a2 = record_start(step, b + 2u, 4u) + 2u * args.H;
  let a3 = record_start(step, b + 3u, 4u) + 2u * args.H;
  let a4 = record_start(step, b + 4u, 4u) + 2u * args.H;
  let a5 = record_start(step, b + 5u, 4u) + 2u * args.H;
  let a6 = record_start(step, b + 6u, 4u) + 2u * args.H;
  let a7 = record_start(step, b + 7u, 4u) + 2u * args.H;
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

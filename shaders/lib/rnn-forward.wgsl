// Body of the kernels of rnn-forward, `step`: all of step t for tile i. The kernels differ in what `load_left` lets through of h'.

fn load_bias(j: vec4<u32>) -> vec4<f32> {
  let i = model * args.buPerModel + j;
  return vec4<f32>(bu[i.x], bu[i.y], bu[i.z], bu[i.w]);
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let at = record_start(b, 1u);
  let old = old_start(b);
  let next = new_start(b) + j.x;
  let units = args.H - j.x;
  if (is_masked(b)) {
    store_state(next, units, load_state(old, j));
    return;
  }
  let x = vec4<f32>(record[at + j.x], record[at + j.y], record[at + j.z], record[at + j.w]);
  var a = x + sum;
  if (any_not_finite(a)) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  if (is_large(a)) {
    a = precise_sum(x, load_bias(j), args.H, old, model * args.UPerModel, args.H, j);
  }
  store_state(next, units, activate4(a, args.activation));
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
  let bias = load_bias(j);
  var a0 = bias;
  var a1 = bias;
  var a2 = bias;
  var a3 = bias;
  var a4 = bias;
  var a5 = bias;
  var a6 = bias;
  var a7 = bias;
  let first_row = model * args.UPerModel;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * args.H;
    let U_k = load_right(u, j);
    a0 += load_left(h0 + k) * U_k;
    a1 += load_left(h1 + k) * U_k;
    a2 += load_left(h2 + k) * U_k;
    a3 += load_left(h3 + k) * U_k;
    a4 += load_left(h4 + k) * U_k;
    a5 += load_left(h5 + k) * U_k;
    a6 += load_left(h6 + k) * U_k;
    a7 += load_left(h7 + k) * U_k;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not eight times.
  for (var row = 0u; row < 8u; row++) {
    finish(b + row, j, a0);
    a0 = a1;
    a1 = a2;
    a2 = a3;
    a3 = a4;
    a4 = a5;
    a5 = a6;
    a6 = a7;
  }
}

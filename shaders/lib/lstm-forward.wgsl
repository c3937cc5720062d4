// Body of the kernels of lstm-forward, `step`: all of step t for tile i. The kernels differ in what `load_left` lets through of h'.

fn load_bias(at: u32, j: vec4<u32>) -> vec4<f32> {
  let i = model * args.buPerModel + at + j;
  return vec4<f32>(bu[i.x], bu[i.y], bu[i.z], bu[i.w]);
}

fn store_cell(at: u32, units: u32, value: vec4<f32>) {
  c[at] = value.x;
  if (units > 1u) { c[at + 1u] = value.y; }
  if (units > 2u) { c[at + 2u] = value.z; }
  if (units > 3u) { c[at + 3u] = value.w; }
}

// Pre-activation of the gate in `slot`, from x W + b and from the product with its bias. A row that overflows raises the flag.
fn pre_activation(slot: u32, b: u32, j: vec4<u32>, sum: vec4<f32>) -> vec4<f32> {
  let column = slot * args.H;
  let x = load_record(record_start(b, 4u) + column, j);
  let a = x + sum;
  if (any_not_finite(a)) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
  if (is_large(a)) {
    return precise_sum(x, load_bias(column, j), args.H, old_start(b), model * args.UPerModel + column, 4u * args.H, j);
  }
  return a;
}

fn finish(b: u32, j: vec4<u32>, i_sum: vec4<f32>, f_sum: vec4<f32>, g_sum: vec4<f32>, o_sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let old = old_start(b);
  let next = new_start(b) + j.x;
  let to = record_start(b, 4u) + j.x;
  let units = args.H - j.x;
  // The rows of c lie as those of h, but models may be another distance apart.
  let c_old = old - model * args.hPerModel + model * args.cPerModel;
  let c_next = next - model * args.hPerModel + model * args.cPerModel;
  let previous = vec4<f32>(c[c_old + j.x], c[c_old + j.y], c[c_old + j.z], c[c_old + j.w]);
  if (is_masked(b)) {
    for (var slot = 0u; slot < 4u; slot++) {
      store_record(to + slot * args.H, units, vec4<f32>());
    }
    store_cell(c_next, units, previous);
    store_state(next, units, load_state(old, j));
    return;
  }
  // A loop, so that the code of one gate is compiled once and not four times.
  var a = array<vec4<f32>, 4>(i_sum, f_sum, g_sum, o_sum);
  for (var slot = 0u; slot < 4u; slot++) {
    a[slot] = pre_activation(slot, b, j, a[slot]);
  }
  let i = sigmoid4(a[0]);
  let f = sigmoid4(a[1]);
  let g = tanh4(a[2]);
  let o = sigmoid4(a[3]);
  let cell = f * previous + i * g;
  store_record(to, units, i);
  store_record(to + args.H, units, f);
  store_record(to + 2u * args.H, units, g);
  store_record(to + 3u * args.H, units, o);
  store_cell(c_next, units, cell);
  store_state(next, units, o * tanh4(cell));
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
  let bu_i = load_bias(0u, j);
  let bu_f = load_bias(args.H, j);
  let bu_g = load_bias(2u * args.H, j);
  let bu_o = load_bias(3u * args.H, j);
  var i0 = bu_i; var f0 = bu_f; var g0 = bu_g; var o0 = bu_o;
  var i1 = bu_i; var f1 = bu_f; var g1 = bu_g; var o1 = bu_o;
  var i2 = bu_i; var f2 = bu_f; var g2 = bu_g; var o2 = bu_o;
  var i3 = bu_i; var f3 = bu_f; var g3 = bu_g; var o3 = bu_o;
  let first_row = model * args.UPerModel;
  for (var k = 0u; k < args.H; k++) {
    let u = first_row + k * 4u * args.H;
    let U_i = load_right(u, j);
    let U_f = load_right(u + args.H, j);
    let U_g = load_right(u + 2u * args.H, j);
    let U_o = load_right(u + 3u * args.H, j);
    let v0 = load_left(h0 + k); i0 += v0 * U_i; f0 += v0 * U_f; g0 += v0 * U_g; o0 += v0 * U_o;
    let v1 = load_left(h1 + k); i1 += v1 * U_i; f1 += v1 * U_f; g1 += v1 * U_g; o1 += v1 * U_o;
    let v2 = load_left(h2 + k); i2 += v2 * U_i; f2 += v2 * U_f; g2 += v2 * U_g; o2 += v2 * U_o;
    let v3 = load_left(h3 + k); i3 += v3 * U_i; f3 += v3 * U_f; g3 += v3 * U_g; o3 += v3 * U_o;
  }
  // The sums move down row by row, so that the code of one row is compiled once and not four times.
  for (var row = 0u; row < 4u; row++) {
    finish(b + row, j, i0, f0, g0, o0);
    i0 = i1; f0 = f1; g0 = g1; o0 = o1;
    i1 = i2; f1 = f2; g1 = g2; o1 = o2;
    i2 = i3; f2 = f3; g2 = g3; o2 = o3;
  }
}

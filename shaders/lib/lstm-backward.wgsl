// Body of the kernels of lstm-backward, `step`, for tile i. They differ in `drop_states`, which stands at what comes back through the
// products.

// c and dc by their rows in one model.
fn load_cell(row: u32, j: vec4<u32>) -> vec4<f32> {
  let i = model * args.cPerModel + row + j;
  return vec4<f32>(c[i.x], c[i.y], c[i.z], c[i.w]);
}

fn load_dc(row: u32, j: vec4<u32>) -> vec4<f32> {
  let i = model * args.dcPerModel + row + j;
  return vec4<f32>(dc[i.x], dc[i.y], dc[i.z], dc[i.w]);
}

fn store_dc(row: u32, units: u32, value: vec4<f32>) {
  let at = model * args.dcPerModel + row;
  dc[at] = value.x;
  if (units > 1u) { dc[at + 1u] = value.y; }
  if (units > 2u) { dc[at + 2u] = value.z; }
  if (units > 3u) { dc[at + 3u] = value.w; }
}

// The step that made row t: its gates at `at` of the record become gradients, dc is completed here and started in the row before.
fn differentiate(at: u32, here: u32, old: u32, j: vec4<u32>, delta: vec4<f32>, upstream: vec4<f32>) {
  let one = vec4<f32>(1.0);
  let units = args.H - j.x;
  let i = load_record(at, j);
  let f = load_record(at + args.H, j);
  let g = load_record(at + 2u * args.H, j);
  let o = load_record(at + 3u * args.H, j);
  let bounded = tanh4(load_cell(here, j));
  let cell = upstream + delta * o * (one - bounded * bounded);
  store_dc(here + j.x, units, cell);
  store_dc(old + j.x, units, cell * f);
  let to = at + j.x;
  store_record(to, units, cell * g * i * (one - i));
  store_record(to + args.H, units, cell * load_cell(old, j) * f * (one - f));
  store_record(to + 2u * args.H, units, cell * i * (one - g * g));
  store_record(to + 3u * args.H, units, delta * bounded * o * (one - o));
}

fn finish(b: u32, j: vec4<u32>, sum: vec4<f32>) {
  if (b >= args.B) { return; }
  let none = vec4<f32>();
  let units = args.H - j.x;
  let here = row_start(args.t, b);
  let dh_here = dh_start(args.t, b);
  let delta = load_dh(dh_here, j) + drop_states(sum, b * args.H, j);
  store_dh(dh_here + j.x, units, delta);
  if (args.t == args.reverse * args.T) { return; }

  let step = made_step();
  let at = record_start(step, b, 4u);
  let old = row_start(old_row(), b);
  var upstream = none; // of c
  if (args.t != (1u - args.reverse) * args.T || args.cellUpstream == 1u) {
    upstream = load_dc(here, j);
  }
  let masked = args.masked == 1u && mask[model * args.maskPerModel + step * args.B + b] == 0.0;
  if (masked) {
    store_dc(here + j.x, units, upstream);
    store_dc(old + j.x, units, upstream);
    for (var slot = 0u; slot < 4u; slot++) {
      store_record(at + slot * args.H + j.x, units, none);
    }
  } else {
    differentiate(at, here, old, j, delta, upstream);
  }
  let dh_old = dh_start(old_row(), b);
  let carry = select(none, delta, masked);
  if (args.upstream == 0u || old_row() == args.reverse * args.T) {
    store_dh(dh_old + j.x, units, carry);
  } else if (masked) {
    store_dh(dh_old + j.x, units, load_dh(dh_old, j) + carry);
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
    let u = model * args.UPerModel + j * 4u * args.H;
    let a0 = record_start(later, b, 4u);
    let a1 = record_start(later, b + 1u, 4u);
    let a2 = record_start(later, b + 2u, 4u);
    let a3 = record_start(later, b + 3u, 4u);
    let a4 = record_start(later, b + 4u, 4u);
    let a5 = record_start(later, b + 5u, 4u);
    let a6 = record_start(later, b + 6u, 4u);
    let a7 = record_start(later, b + 7u, 4u);
    for (var k = 0u; k < 4u * args.H; k++) {
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

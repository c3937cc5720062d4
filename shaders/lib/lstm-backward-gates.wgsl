// Element phase of lstm-backward at row t of the states. The operands are da of the four gates, and the sums their product with Uᵀ of
// the later step. dc of a row is completed here and begun in the row before; a masked step has da = 0 and hands both gradients on.

const GATES: u32 = 4u;
const SLOTS: u32 = 4u;
const SUMS: u32 = 1u;
const OPERANDS: u32 = 4u;

// da of the later step, where an earlier dispatch left it.
fn begin_operands(t: u32, b: u32, group: u32) {
  let j = units_of(group);
  let at = later_start(t, b);
  for (var gate = 0u; gate < GATES; gate++) {
    store_operand(gate, b, group, load_record(at + gate * args.H, j));
  }
}

// c and dc by their rows in one model.
fn load_cell(row: u32, j: vec4<u32>) -> vec4<f32> {
  let at = model * args.cPerModel + row + j;
  return vec4<f32>(c[at.x], c[at.y], c[at.z], c[at.w]);
}

fn load_dc(row: u32, j: vec4<u32>) -> vec4<f32> {
  let at = model * args.dcPerModel + row + j;
  return vec4<f32>(dc[at.x], dc[at.y], dc[at.z], dc[at.w]);
}

// Units beyond H are the last one again, with its value.
fn store_dc(row: u32, j: vec4<u32>, value: vec4<f32>) {
  let at = model * args.dcPerModel + row + j;
  dc[at.x] = value.x;
  dc[at.y] = value.y;
  dc[at.z] = value.z;
  dc[at.w] = value.w;
}

// The gradient of a gate's pre-activation, for the record and for the next product.
fn store_gate(gate: u32, at: u32, b: u32, group: u32, da: vec4<f32>) {
  store_units(at + gate * args.H, units_of(group), da);
  store_operand(gate, b, group, da);
}

// The step that made row t, for four units: da, dc of both rows and the carry.
fn differentiate(t: u32, b: u32, group: u32, delta: vec4<f32>) {
  let none = vec4<f32>();
  let one = vec4<f32>(1.0);
  let j = units_of(group);
  let at = made_start(t, b);
  let here = (t * args.B + b) * args.H;
  let old = (old_row(t) * args.B + b) * args.H;
  let masked = is_masked(t, b);
  let i = load_record(at, j);
  let f = load_record(at + args.H, j);
  let g = load_record(at + 2u * args.H, j);
  let o = load_record(at + 3u * args.H, j);
  let bounded = tanh4(load_cell(here, j));
  let upstream = select(none, load_dc(here, j), !is_final(t) | (args.cellUpstream == 1u));
  let cell = upstream + select(delta * o * (one - bounded * bounded), none, masked);
  store_dc(here, j, cell);
  store_dc(old, j, select(cell * f, cell, masked));
  store_gate(0u, at, b, group, select(cell * g * i * (one - i), none, masked));
  store_gate(1u, at, b, group, select(cell * load_cell(old, j) * f * (one - f), none, masked));
  store_gate(2u, at, b, group, select(cell * i * (one - g * g), none, masked));
  store_gate(3u, at, b, group, select(delta * bounded * o * (one - o), none, masked));
  store_carry(t, b, j, select(none, delta, masked));
}

// δ of a lane's elements, then what the step that made them has of it.
fn run_delta(t: u32, row: u32, share: vec4<u32>) {
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    var group = share.y;
    loop {
      let delta = finish_gradient(t, b, group, units_of(group));
      if (!is_initial(t)) {
        differentiate(t, b, group, delta);
      }
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
}

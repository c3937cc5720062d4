// Element phase of lstm-forward at step t: the four gates are summed, the one operand is h'. A masked row keeps both states and its
// record becomes 0.

const GATES: u32 = 4u;
const SLOTS: u32 = 4u;
const SUMS: u32 = 4u;
const OPERANDS: u32 = 1u;

// x W + b of four columns.
fn start4(t: u32, b: u32, j: vec4<u32>) -> vec4<f32> {
  return load_record(record_start(t, b), j);
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  let at = model * args.buPerModel + j;
  return vec4<f32>(bu[at.x], bu[at.y], bu[at.z], bu[at.w]);
}

// Units beyond H are the last one again, with its value.
fn store_units_of_cell(at: u32, j: vec4<u32>, value: vec4<f32>) {
  c[at + j.x] = value.x;
  c[at + j.y] = value.y;
  c[at + j.z] = value.z;
  c[at + j.w] = value.w;
}

// Gates, record and states of a lane's elements; true where a pre-activation is not finite.
fn run_gates(t: u32, row: u32, share: vec4<u32>) -> bool {
  let groups = groups_of_units();
  let none = vec4<f32>();
  // From a row of h to the same row of c, which begins elsewhere for every model but the first.
  let cells = model * args.cPerModel - model * args.hPerModel;
  var bad = false;
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = record_start(t, b);
    let old = old_start(t, b);
    let start = work_start(b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let a_i = work[start + group];
      let a_f = work[start + groups + group];
      let a_g = work[start + 2u * groups + group];
      let a_o = work[start + 3u * groups + group];
      bad |= !masked & (any_not_finite(a_i) | any_not_finite(a_f) | any_not_finite(a_g) | any_not_finite(a_o));
      let i = select(sigmoid4(a_i), none, masked);
      let f = select(sigmoid4(a_f), none, masked);
      let g = select(tanh4(a_g), none, masked);
      let o = select(sigmoid4(a_o), none, masked);
      let before = cells + old + j;
      let previous = vec4<f32>(c[before.x], c[before.y], c[before.z], c[before.w]);
      let cell = select(f * previous + i * g, previous, masked);
      store_units(at, j, i);
      store_units(at + args.H, j, f);
      store_units(at + 2u * args.H, j, g);
      store_units(at + 3u * args.H, j, o);
      store_units_of_cell(cells + new_start(t, b), j, cell);
      store_new_state(t, b, group, select(o * tanh4(cell), load_state(old, j), masked));
      continuing {
        group += share.w;
        break if group >= groups;
      }
    }
  }
  return bad;
}

// Element phase of ugrnn-forward at step t: a_z and a_n are summed, the one operand is h'. A masked row gets z = n = 0, which keeps its
// state, and its record becomes 0.

const GATES: u32 = 2u;
const SLOTS: u32 = 2u;
const SUMS: u32 = 2u;
const OPERANDS: u32 = 1u;

// x W + b of four columns.
fn start4(t: u32, b: u32, j: vec4<u32>) -> vec4<f32> {
  return load_record(record_start(t, b), j);
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>();
}

// Gates, record and state of a lane's elements; true where a pre-activation is not finite.
fn run_gates(t: u32, row: u32, share: vec4<u32>) -> bool {
  let groups = groups_of_units();
  var bad = false;
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = record_start(t, b);
    let start = work_start(b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let a_z = work[start + group];
      let a_n = work[start + groups + group];
      bad |= !masked & (any_not_finite(a_z) | any_not_finite(a_n));
      let z = select(sigmoid4(a_z), vec4<f32>(), masked);
      let n = select(tanh4(a_n), vec4<f32>(), masked);
      store_units(at, j, z);
      store_units(at + args.H, j, n);
      store_new_state(t, b, group, mix4(load_state(old_start(t, b), j), n, z));
      continuing {
        group += share.w;
        break if group >= groups;
      }
    }
  }
  return bad;
}

// Element phase of rnn-forward at step t: a is summed, the one operand is h'. A masked row keeps its state; the record is only read.

const GATES: u32 = 1u;
const SLOTS: u32 = 1u;
const SUMS: u32 = 1u;
const OPERANDS: u32 = 1u;

// x W + b of four columns.
fn start4(t: u32, b: u32, j: vec4<u32>) -> vec4<f32> {
  let at = record_start(t, b) + j;
  return vec4<f32>(record[at.x], record[at.y], record[at.z], record[at.w]);
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  let at = model * args.buPerModel + j;
  return vec4<f32>(bu[at.x], bu[at.y], bu[at.z], bu[at.w]);
}

// State of a lane's elements; true where a pre-activation is not finite.
fn run_gates(t: u32, row: u32, share: vec4<u32>) -> bool {
  let groups = groups_of_units();
  var bad = false;
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let start = work_start(b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let a = work[start + group];
      bad |= !masked & any_not_finite(a);
      let old = load_state(old_start(t, b), units_of(group));
      store_new_state(t, b, group, select(activate4(a, args.activation), old, masked));
      continuing {
        group += share.w;
        break if group >= groups;
      }
    }
  }
  return bad;
}

// Element phases of gru-forward, reset before, at step t. The first operand is h', the second s = r ⊙ h'.
// A masked row gets z = n = 0, which keeps its state, and its record becomes 0.

const GATES: u32 = 3u;
const SLOTS: u32 = 4u;
const SUMS: u32 = 3u;
const OPERANDS: u32 = 2u;

// x W + b of four columns.
fn start4(t: u32, b: u32, j: vec4<u32>) -> vec4<f32> {
  return load_record(record_start(t, b), j);
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>();
}

// z, r and s of a lane's elements; true where a pre-activation is not finite.
fn run_gates(t: u32, row: u32, share: vec4<u32>) -> bool {
  var bad = false;
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = record_start(t, b);
    let old = old_start(t, b);
    let start = work_start(b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let a_z = work[start + group];
      let a_r = work[start + groups_of_units() + group];
      bad |= !masked & (any_not_finite(a_z) | any_not_finite(a_r));
      let r = select(sigmoid4(a_r), vec4<f32>(), masked);
      let s = r * load_state(old, j);
      store_units(at, j, select(sigmoid4(a_z), vec4<f32>(), masked));
      store_units(at + args.H, j, r);
      store_units(at + 3u * args.H, j, s);
      work[start + operand_place(1u) + group] = pad_units(group, s);
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
  return bad;
}

// n and h of a lane's elements; true where a pre-activation is not finite.
fn run_candidate(t: u32, row: u32, share: vec4<u32>) -> bool {
  var bad = false;
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = record_start(t, b);
    let old = old_start(t, b);
    let start = work_start(b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let a_n = work[start + 2u * groups_of_units() + group];
      bad |= !masked & any_not_finite(a_n);
      let n = select(activate4(a_n, args.activation), vec4<f32>(), masked);
      store_units(at + 2u * args.H, j, n);
      store_new_state(t, b, group, mix4(load_state(old, j), n, load_record(at, j)));
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
  return bad;
}

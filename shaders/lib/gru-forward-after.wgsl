// Element phase of gru-forward, reset after, at step t: a_z, a_r and q are summed, the one operand is h'.
// A masked row gets z = n = 0, which keeps its state, and its record becomes 0.

const GATES: u32 = 3u;
const SLOTS: u32 = 4u;
const SUMS: u32 = 3u;
const OPERANDS: u32 = 1u;

// x W + b of four columns, that of the candidate has no part in q = h' U_n + bu_n.
fn start4(t: u32, b: u32, j: vec4<u32>) -> vec4<f32> {
  return select(vec4<f32>(), load_record(record_start(t, b), j), j < vec4<u32>(2u * args.H));
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  let at = model * args.buPerModel + j;
  return vec4<f32>(bu[at.x], bu[at.y], bu[at.z], bu[at.w]);
}

// Gates, record and state of a lane's elements; true where a pre-activation is not finite.
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
      let q = select(work[start + 2u * groups_of_units() + group], vec4<f32>(), masked);
      let r = select(sigmoid4(a_r), vec4<f32>(), masked);
      let a_n = load_record(at + 2u * args.H, j) + r * q;
      bad |= !masked & (any_not_finite(a_z) | any_not_finite(a_r) | any_not_finite(a_n));
      let z = select(sigmoid4(a_z), vec4<f32>(), masked);
      let n = select(activate4(a_n, args.activation), vec4<f32>(), masked);
      store_units(at, j, z);
      store_units(at + args.H, j, r);
      store_units(at + 2u * args.H, j, n);
      store_units(at + 3u * args.H, j, q);
      store_new_state(t, b, group, mix4(load_state(old, j), n, z));
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
  return bad;
}

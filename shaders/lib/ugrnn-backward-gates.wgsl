// Element phase of ugrnn-backward at row t of the states. The operands are da_z and da_n, and the sums [da_z, da_n] Uᵀ of the later
// step. A masked step has z = 0: its da is 0 and the gradient passes as it is.

const GATES: u32 = 2u;
const SLOTS: u32 = 2u;
const SUMS: u32 = 1u;
const OPERANDS: u32 = 2u;

// da of the later step, where an earlier dispatch left it.
fn begin_operands(t: u32, b: u32, group: u32) {
  let j = units_of(group);
  let at = later_start(t, b);
  store_operand(0u, b, group, load_record(at, j));
  store_operand(1u, b, group, load_record(at + args.H, j));
}

// δ of a lane's elements, then da and the carry.
fn run_delta(t: u32, row: u32, share: vec4<u32>) {
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = made_start(t, b);
    let old = state_start(old_row(t), b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let delta = finish_gradient(t, b, group, j);
      if (!is_initial(t)) {
        let one = vec4<f32>(1.0);
        let z = select(load_record(at, j), vec4<f32>(), masked);
        let n = load_record(at + args.H, j);
        let da_z = delta * (n - load_state(old, j)) * z * (one - z);
        let da_n = delta * z * (one - n * n);
        store_units(at, j, da_z);
        store_units(at + args.H, j, da_n);
        store_operand(0u, b, group, da_z);
        store_operand(1u, b, group, da_n);
        store_carry(t, b, j, delta * (one - z));
      }
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
}

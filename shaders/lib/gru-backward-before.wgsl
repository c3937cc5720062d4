// Element phases of gru-backward, reset before, at row t of the states. The operands are da_z, da_r and da_n; first the sums are
// [da_z, da_r] U_zrᵀ of the later step, then ds = da_n U_nᵀ of the step that made row t. A masked step has z = 0: its da is 0 and the
// gradient passes as it is.

const GATES: u32 = 3u;
const SLOTS: u32 = 4u;
const SUMS: u32 = 1u;
const OPERANDS: u32 = 3u;

// da of the later step, where an earlier dispatch left it.
fn begin_operands(t: u32, b: u32, group: u32) {
  let j = units_of(group);
  let at = later_start(t, b);
  store_operand(0u, b, group, load_record(at, j));
  store_operand(1u, b, group, load_record(at + args.H, j));
}

// δ of a lane's elements, then da_n, da_z and the carry.
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
        let z = select(load_record(at, j), vec4<f32>(), masked);
        let n = load_record(at + 2u * args.H, j);
        let one = vec4<f32>(1.0);
        let da_z = delta * (n - load_state(old, j)) * z * (one - z);
        let da_n = delta * z * activation_slope4(n, args.activation);
        store_units(at, j, da_z);
        store_units(at + 2u * args.H, j, da_n);
        store_operand(0u, b, group, da_z);
        store_operand(2u, b, group, da_n);
        store_carry(t, b, j, delta * (one - z));
      }
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
}

// da_r of a lane's elements, and what goes on through r ⊙ h'.
fn run_reset(t: u32, row: u32, share: vec4<u32>) {
  if (is_initial(t)) { return; }
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let r_at = made_start(t, b) + args.H;
    let old = state_start(old_row(t), b);
    let old_gradient = gradient_start(old_row(t), b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let ds = work[work_start(b) + group];
      let r = load_record(r_at, j);
      let da_r = ds * load_state(old, j) * r * (vec4<f32>(1.0) - r);
      store_units(r_at, j, da_r);
      store_operand(1u, b, group, da_r);
      store_gradient(old_gradient, j, load_dh(old_gradient, j) + ds * r);
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
}

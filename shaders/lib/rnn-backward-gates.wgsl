// Element phase of rnn-backward at row t of the states. The operand is da, and the sums da Uᵀ of the later step. A masked step has da = 0
// and the gradient passes as it is; nothing else goes round the product.

const GATES: u32 = 1u;
const SLOTS: u32 = 1u;
const SUMS: u32 = 1u;
const OPERANDS: u32 = 1u;

// da of the later step, where an earlier dispatch left it.
fn begin_operands(t: u32, b: u32, group: u32) {
  store_operand(0u, b, group, load_record(later_start(t, b), units_of(group)));
}

// δ of a lane's elements, then da and the carry.
fn run_delta(t: u32, row: u32, share: vec4<u32>) {
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    let at = made_start(t, b);
    let here = state_start(t, b);
    let masked = is_masked(t, b);
    var group = share.y;
    loop {
      let j = units_of(group);
      let delta = finish_gradient(t, b, group, j);
      if (!is_initial(t)) {
        let da = select(delta * activation_slope4(load_state(here, j), args.activation), vec4<f32>(), masked);
        store_units(at, j, da);
        store_operand(0u, b, group, da);
        store_carry(t, b, j, select(vec4<f32>(), delta, masked));
      }
      continuing {
        group += share.w;
        break if group >= groups_of_units();
      }
    }
  }
}

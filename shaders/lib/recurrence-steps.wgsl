// The steps of a chunk of a cell whose gates all come from one product with h': the product, then `run_gates`, for each step.

// Steps of the rows that start at `row`; true where a pre-activation of this lane is not finite.
fn play_steps(row: u32, lane: u32) -> bool {
  let share = lane_share(lane);
  let groups = groups_of_units();
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    for (var group = share.y; group < groups; group += share.w) {
      begin_operand(args.t, b, group);
    }
  }
  storageBarrier();
  var bad = false;
  for (var i = 0u; i < args.steps; i++) {
    let t = step_of_chunk(args.t, i);
    multiply(t, row, lane, Product(0u, GATES * groups, 0u, 1u));
    storageBarrier();
    bad |= run_gates(t, row, share);
    storageBarrier();
  }
  return bad;
}

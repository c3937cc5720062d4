// The rows of a chunk of a cell whose gradients all come back through one product: the product, then `run_delta`, for each row.

// Rows of the states, for the rows of the batch that start at `row`.
fn play_rows(row: u32, lane: u32) {
  let share = lane_share(lane);
  let groups = groups_of_units();
  for (var b = row + share.x; b < min(row + ROWS, args.B); b += share.z) {
    for (var group = share.y; group < groups; group += share.w) {
      begin_operands(args.t, b, group);
    }
  }
  storageBarrier();
  for (var i = 0u; i < args.steps; i++) {
    let t = row_of_chunk(args.t, i);
    multiply(t, row, lane, Product(0u, groups, 0u, OPERANDS));
    storageBarrier();
    run_delta(t, row, share);
    storageBarrier();
  }
}

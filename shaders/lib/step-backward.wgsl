// Which rows meet at row t of the states on the way back, in either direction: shared by the backward kernels `step` of every cell. The
// kernel declares `args` with t, B, H, reverse and `xPerModel` of its tensors, and `model`. Rows beyond B are clamped to the last one: a tile at the edge loads it again
// and stores nothing.

// Row b of `row` in arrays [·, B, H] of one model.
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
}

fn record_start(step: u32, b: u32, slots: u32) -> u32 {
  return model * args.recordPerModel + row_start(step, b) * slots;
}

fn dh_start(row: u32, b: u32) -> u32 {
  return model * args.dhPerModel + row_start(row, b);
}

// Record row of the step that made row t; it must not be the initial state.
fn made_step() -> u32 {
  return args.t - 1u + args.reverse;
}

// The state that this step read.
fn old_row() -> u32 {
  return made_step() + args.reverse;
}

// Record row of the step that read row t; it must not be the final state.
fn later_step() -> u32 {
  return args.t - args.reverse;
}

// Which rows meet at row t of the states on the way back, in either direction: shared by the backward kernels of every cell. The
// kernel declares `args` with t, B, H and reverse. Rows beyond B are clamped to the last one: a tile at the edge loads it again
// and stores nothing.

// Start of row b of `row` in arrays [·, B, H]; that times the slots in the record.
fn row_start(row: u32, b: u32) -> u32 {
  return (row * args.B + min(b, args.B - 1u)) * args.H;
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

// Where step t (from 1, by original time) of a recurrence reads and writes, in either direction, and whether it is masked: shared by
// the forward kernels `step` of every cell. The kernel declares `args` with t, B, H, reverse, masked and `xPerModel` of its tensors, and
// `model`, and binds `mask` [T, B].
// Rows beyond B are clamped to the last one: a tile at the edge loads it again and stores nothing.

// Row b of step t in arrays [T, B, H] of one model.
fn step_start(b: u32) -> u32 {
  return ((args.t - 1u) * args.B + min(b, args.B - 1u)) * args.H;
}

// Start of row b of step t in the record [T, B, slots, H].
fn record_start(b: u32, slots: u32) -> u32 {
  return model * args.recordPerModel + step_start(b) * slots;
}

// Start of row b of h' in the states [T+1, B, H]: row t−1, in reverse row t.
fn old_start(b: u32) -> u32 {
  return model * args.hPerModel + step_start(b) + args.reverse * args.B * args.H;
}

// Start of row b of the new state: row t, in reverse row t−1.
fn new_start(b: u32) -> u32 {
  return model * args.hPerModel + step_start(b) + (1u - args.reverse) * args.B * args.H;
}

// Software adapters play both sides of a branch, so this is for `select`; the load is harmless where no mask is given.
fn is_masked(b: u32) -> bool {
  return (args.masked == 1u) & (mask[model * args.maskPerModel + (args.t - 1u) * args.B + b] == 0.0);
}

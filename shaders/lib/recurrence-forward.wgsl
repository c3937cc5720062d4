// Where step t (from 1, by original time) of a recurrence in phases reads and writes, in either direction: shared by the forward
// kernels of every cell. The kernel declares `args` with B, H, reverse, masked and `xPerModel` of its tensors, and `model`; its cell
// declares SLOTS.

// Slot 0 of row b in the record [T, B, SLOTS, H]; the others follow at H each.
fn record_start(t: u32, b: u32) -> u32 {
  return model * args.recordPerModel + ((t - 1u) * args.B + b) * SLOTS * args.H;
}

// Row b of h' in the states [T+1, B, H]: row t−1, in reverse row t.
fn old_start(t: u32, b: u32) -> u32 {
  return model * args.hPerModel + ((t - 1u + args.reverse) * args.B + b) * args.H;
}

// Row b of the new state: row t, in reverse row t−1.
fn new_start(t: u32, b: u32) -> u32 {
  return model * args.hPerModel + ((t - args.reverse) * args.B + b) * args.H;
}

// Step `i` of a chunk that begins with `t`.
fn step_of_chunk(t: u32, i: u32) -> u32 {
  return select(t + i, t - i, args.reverse == 1u);
}

fn is_masked(t: u32, b: u32) -> bool {
  return (args.masked == 1u) & (mask[model * args.maskPerModel + (t - 1u) * args.B + b] == 0.0);
}

// The operands of the products, as `lib/precise-sum` and `lib/recurrent-tiles` load them: number `at` of `work`, four columns of a row
// of U.
fn load_left(at: u32) -> f32 {
  return work[at / 4u][at % 4u];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(U[at + j.x], U[at + j.y], U[at + j.z], U[at + j.w]);
}

fn right_row(k: u32) -> u32 {
  return model * args.UPerModel + k * GATES * args.H;
}

// h' of four units of row b as the first operand of the first step.
fn begin_operand(t: u32, b: u32, group: u32) {
  work[work_start(b) + operand_place(0u) + group] = pad_units(group, load_state(old_start(t, b), units_of(group)));
}

// Four units of the new state, for h and for the next step's products.
fn store_new_state(t: u32, b: u32, group: u32, value: vec4<f32>) {
  store_units_of_state(new_start(t, b), units_of(group), value);
  work[work_start(b) + operand_place(0u) + group] = pad_units(group, value);
}

// Units beyond H are the last one again, with its value.
fn store_units_of_state(at: u32, j: vec4<u32>, value: vec4<f32>) {
  h[at + j.x] = value.x;
  h[at + j.y] = value.y;
  h[at + j.z] = value.z;
  h[at + j.w] = value.w;
}

fn store_units(at: u32, j: vec4<u32>, value: vec4<f32>) {
  record[at + j.x] = value.x;
  record[at + j.y] = value.y;
  record[at + j.z] = value.z;
  record[at + j.w] = value.w;
}

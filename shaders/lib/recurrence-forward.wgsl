// Where step t (from 1, by original time) of a recurrence in phases reads and writes, in either direction: shared by the forward
// kernels of every cell. The kernel declares `args` with B, H, reverse, masked and `xPerModel` of its tensors, and `model`; its
// cell declares `start4` and `bias4`: x W + b and the recurrent bias of four columns.

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

// Rows of U that meet a group of units of an operand.
fn right_rows(operand: u32, group: u32) -> vec4<u32> {
  return model * args.UPerModel + units_of(group) * GATES * args.H;
}

// Adds x W + b to a sum, stores it, and tells whether it is large.
fn finish_sum(t: u32, b: u32, group: u32, j: vec4<u32>, sum: vec4<f32>) -> bool {
  let a = sum + start4(t, b, j);
  work[work_start(b) + group] = a;
  return is_large(a);
}

// A large sum of a row again, precisely.
fn refine(t: u32, b: u32, operand: u32, group: u32) {
  let start = work_start(b);
  if (is_large(work[start + group])) {
    let j = columns_of(group);
    let left = 4u * (start + operand_place(operand));
    let right = model * args.UPerModel;
    work[start + group] = precise_sum(start4(t, b, j), bias4(j), args.H, left, right, GATES * args.H, j);
  }
}

// h' of four units of row b as the first operand of the first step.
fn begin_operand(t: u32, b: u32, group: u32) {
  work[work_start(b) + operand_place(0u) + group] = pad_units(group, load_state(old_start(t, b), units_of(group)));
}

// Four units of the new state, for h and for the next step's products.
fn store_new_state(t: u32, b: u32, group: u32, value: vec4<f32>) {
  let at = new_start(t, b);
  let j = units_of(group);
  h[at + j.x] = value.x;
  h[at + j.y] = value.y;
  h[at + j.z] = value.z;
  h[at + j.w] = value.w;
  work[work_start(b) + operand_place(0u) + group] = pad_units(group, value);
}

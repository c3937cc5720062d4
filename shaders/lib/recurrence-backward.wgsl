// Which rows meet at row t of the states on the way back, in either direction: shared by the persistent backward kernels of every cell.
// The products are [da of the gates] · Uᵀ: the operands are da, one for each gate, and the right matrix is U with its axes exchanged.
// The kernel declares `args` with T, B, H, reverse, upstream and `xPerModel` of its tensors, and `model`; its cell declares SLOTS.

// Row `i` of a chunk that begins with row t of the states.
fn row_of_chunk(t: u32, i: u32) -> u32 {
  return select(t - i, t + i, args.reverse == 1u);
}

// No step read the final state, and none made the initial one.
fn is_final(t: u32) -> bool {
  return t == (1u - args.reverse) * args.T;
}

fn is_initial(t: u32) -> bool {
  return t == args.reverse * args.T;
}

// Slot 0 of row b in the record of the step that made row t, and of the one that read it.
fn made_start(t: u32, b: u32) -> u32 {
  return model * args.recordPerModel + ((t - 1u + args.reverse) * args.B + b) * SLOTS * args.H;
}

fn later_start(t: u32, b: u32) -> u32 {
  return model * args.recordPerModel + ((t - args.reverse) * args.B + b) * SLOTS * args.H;
}

// The state that the step read which made row t.
fn old_row(t: u32) -> u32 {
  return t - 1u + 2u * args.reverse;
}

fn is_masked(t: u32, b: u32) -> bool {
  let step = t - 1u + args.reverse;
  return (args.masked == 1u) & (mask[model * args.maskPerModel + step * args.B + b] == 0.0);
}

fn gradient_start(row: u32, b: u32) -> u32 {
  return model * args.dhPerModel + (row * args.B + b) * args.H;
}

// Columns of U that meet a group of units of an operand: those of its gate.
fn right_rows(operand: u32, group: u32) -> vec4<u32> {
  return model * args.UPerModel + operand * args.H + units_of(group);
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  let u = at + j * GATES * args.H;
  return vec4<f32>(U[u.x], U[u.y], U[u.z], U[u.w]);
}

fn bias4(j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>();
}

fn finish_sum(t: u32, b: u32, group: u32, j: vec4<u32>, sum: vec4<f32>) -> bool {
  work[work_start(b) + group] = sum;
  return false;
}

// Gradients are small: nothing to refine.
fn refine(t: u32, b: u32, operand: u32, group: u32) {}

// Four units of dL/dh of row t, complete with what came back through the products of the later step.
fn finish_gradient(t: u32, b: u32, group: u32, j: vec4<u32>) -> vec4<f32> {
  let at = gradient_start(t, b);
  let delta = load_dh(at, j) + select(work[work_start(b) + group], vec4<f32>(), is_final(t));
  store_gradient(at, j, delta);
  return delta;
}

// What reaches the older state outside of the products: added to its upstream gradient, where it has one.
fn store_carry(t: u32, b: u32, j: vec4<u32>, carry: vec4<f32>) {
  let at = gradient_start(old_row(t), b);
  let has_upstream = (args.upstream == 1u) & !is_initial(old_row(t));
  store_gradient(at, j, carry + select(vec4<f32>(), load_dh(at, j), has_upstream));
}

// Units beyond H are the last one again, with its value.
fn store_gradient(at: u32, j: vec4<u32>, value: vec4<f32>) {
  dh[at + j.x] = value.x;
  dh[at + j.y] = value.y;
  dh[at + j.z] = value.z;
  dh[at + j.w] = value.w;
}

fn store_operand(operand: u32, b: u32, group: u32, value: vec4<f32>) {
  work[work_start(b) + operand_place(operand) + group] = pad_units(group, value);
}

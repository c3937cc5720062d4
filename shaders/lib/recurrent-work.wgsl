// The pattern of a recurrence in phases, for every cell (start with `gru-forward.persistent.before.wgsl`):
//
//   product phase   sums[b, c] = Σ_k operand[b, k] · right[k, c], in register tiles (`lib/recurrent-tiles`), forward + x W + b
//   element phase   applies the cell's gates to four units of a row and writes record, states and the operand of the next product
//
// A kernel `persistent` plays them in turn for each step of its chunk, with a barrier after each phase: a workgroup owns ROWS rows of the
// batch and nobody else touches them. Phases meet in `work`, rows of vectors of four units:
//
//   work [16·⌈B / 16⌉, sums: SUMS · G | room for the last tile: 4 | operands: OPERANDS · G],  G = ⌈H / 4⌉
//
// so that tiles never look at edges: units beyond H are 0 in operands, and whatever stands in the sums of rows, columns or units that do
// not exist is never used. The kernel declares `args` with B, H and `xPerModel` of its tensors, `model`, and the overrides ROWS and
// WORKGROUP_SIZE, and binds `work`; its cell declares
// GATES of U, SUMS, OPERANDS, and SLOTS of the record.
//
// A software renderer runs both sides of a branch, and the body of a loop once more than it is entered unless the test stands at its
// end: hence such loops, flags that are gathered in a variable, and stores that write the last unit again rather than not at all.

fn groups_of_units() -> u32 {
  return (args.H + 3u) / 4u;
}

// Where an operand lies in a row of `work`.
fn operand_place(operand: u32) -> u32 {
  return (SUMS + operand) * groups_of_units() + 4u;
}

// Start of row b of `work`.
fn work_start(b: u32) -> u32 {
  return model * args.workPerModel / 4u + b * operand_place(OPERANDS);
}

// Units of a group to load; at the edge the last one again.
fn units_of(group: u32) -> vec4<u32> {
  return min(4u * group + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(args.H - 1u));
}

// 0 for units beyond H, so that products may run over whole groups.
fn pad_units(group: u32, value: vec4<f32>) -> vec4<f32> {
  return select(vec4<f32>(), value, 4u * group + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(args.H));
}

// How a lane goes through the elements: first row and group, and the steps between rows and between groups.
fn lane_share(lane: u32) -> vec4<u32> {
  let lanes_per_row = min(WORKGROUP_SIZE, groups_of_units());
  let first_row = lane / lanes_per_row;
  let row_step = WORKGROUP_SIZE / lanes_per_row;
  // Lanes that are left over have no row.
  return vec4<u32>(select(first_row, ROWS, first_row >= row_step), lane % lanes_per_row, row_step, lanes_per_row);
}

// Where the operands of a tile of a matrix product lie, and how its sums are stored. At an edge the last row or column is loaded
// again and only what exists is stored. The kernel declares `write`, which stores one number.

struct Operand {
  // Element (0, 0).
  start: u32,
  // From row to row of the left matrix, from column to column of the right one.
  outer: u32,
  // From term to term.
  term: u32,
  // The tile's first row or column, and the last one that there is.
  first: u32,
  last: u32,
}

fn outer_start(operand: Operand, i: u32) -> u32 {
  return operand.start + min(operand.first + i, operand.last) * operand.outer;
}

fn outer_starts(operand: Operand, i: u32) -> vec4<u32> {
  let j = min(vec4<u32>(operand.first + i) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(operand.last));
  return vec4<u32>(operand.start) + j * operand.outer;
}

// Four columns of a row, or as many as there are.
fn write_columns(at: u32, columns: u32, a: vec4<f32>) {
  write(at, a.x);
  if (columns > 1u) { write(at + 1u, a.y); }
  if (columns > 2u) { write(at + 2u, a.z); }
  if (columns > 3u) { write(at + 3u, a.w); }
}

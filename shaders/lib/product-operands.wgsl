// Where the operands of a tile of a matrix product lie. At an edge the last row or column is loaded again.

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

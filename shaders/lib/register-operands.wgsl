// Where the operands of a register tile lie, how four terms of them are loaded, and how the sums are stored. At an edge the last
// row, column or term is loaded again; terms that are not there count 0, and what is loaded for them is finite where the sum is.
// The kernel declares `write`, which stores one number.

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

fn four_terms(k: u32, end: u32) -> vec4<u32> {
  return min(vec4<u32>(k) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(end - 1u));
}

fn live_terms(k: u32, end: u32) -> vec4<f32> {
  return select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(k) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(end));
}

fn load_terms(k: vec4<u32>, at: u32) -> vec4<f32> {
  return vec4<f32>(load_left(at + k.x), load_left(at + k.y), load_left(at + k.z), load_left(at + k.w));
}

// Columns are terms, so that block * terms is a sum over four terms for four columns of the product.
fn load_block(k: vec4<u32>, j: vec4<u32>) -> mat4x4<f32> {
  return mat4x4<f32>(load_right(k.x, j), load_right(k.y, j), load_right(k.z, j), load_right(k.w, j));
}

// Four columns of a row, or as many as there are.
fn write_columns(at: u32, columns: u32, a: vec4<f32>) {
  write(at, a.x);
  if (columns > 1u) { write(at + 1u, a.y); }
  if (columns > 2u) { write(at + 2u, a.z); }
  if (columns > 3u) { write(at + 3u, a.w); }
}

// The tile's sums, to element (row, column) at start + row·stride + column.
fn write_tile(start: u32, stride: u32, left: Operand, right: Operand) {
  for (var q = 0u; q < QUADS; q++) {
    let column = right.first + 4u * q;
    if (column > right.last) { break; }
    for (var row = left.first; row < min(left.first + TILE, left.last + 1u); row++) {
      write_columns(start + row * stride + column, right.last + 1u - column, sums[(row - left.first) * QUADS + q]);
    }
  }
}

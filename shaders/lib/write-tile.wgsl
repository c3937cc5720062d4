// Stores the sums of a register tile through `write_columns`.

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
